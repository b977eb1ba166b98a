import {
  at,
  euiAt,
  linkOf,
  type NetworkDialect,
  type NetworkEvent,
  numberAt,
  payloadOf,
  textAt,
} from './network-event.ts';

const EVENT = /^application\/[0-9a-f-]+\/device\/[0-9a-fA-F]{16}\/event\/(\w+)$/;

/** ChirpStack v4 over MQTT with JSON (chirpstack-docs, integrations/mqtt.md and events.md). */
export function chirpstack(application: string): NetworkDialect {
  return {
    filters: [`application/${application}/device/+/event/+`],
    parse: (topic, json) => {
      const event = EVENT.exec(topic)?.[1];
      if (event === undefined || at(json, 'deviceInfo') === undefined) return undefined;
      switch (event) {
        case 'up':
          return uplinkOf(json);
        case 'txack':
          return downlinkOf(json, 'transmitted');
        case 'ack':
          return downlinkOf(json, at(json, 'acknowledged') === true ? 'acknowledged' : 'notAcknowledged');
        default:
          return { kind: 'other' };
      }
    },
    downlink: (devEui, id, { fPort, bytes, confirmed }) => ({
      topic: `application/${application}/device/${devEui}/command/down`,
      json: { id, devEui, confirmed: confirmed === true, fPort, data: Buffer.from(bytes).toString('base64') },
    }),
  };
}

/** Protobuf's JSON leaves out what is zero. */
function uplinkOf(json: unknown): NetworkEvent | undefined {
  const devEui = euiAt(json, 'deviceInfo', 'devEui');
  const at_ = Date.parse(textAt(json, 'time') ?? '');
  const fPort = numberAt(json, 'fPort') ?? 0;
  const payload = payloadOf(textAt(json, 'data'));
  if (devEui === undefined || Number.isNaN(at_) || payload === undefined) return undefined;
  if (fPort === 0 || payload.length === 0) return { kind: 'other' };
  const lora = at(json, 'txInfo', 'modulation', 'lora');
  const bandwidthKhz = (numberAt(lora, 'bandwidth') ?? 0) / 1_000;
  const dataRate = lora === undefined ? 'FSK' : `SF${numberAt(lora, 'spreadingFactor') ?? 0}BW${bandwidthKhz}`;
  const frame = {
    fCnt: numberAt(json, 'fCnt') ?? 0,
    dataRate,
    frequencyHz: numberAt(json, 'txInfo', 'frequency') ?? 0,
  };
  const rxInfo = at(json, 'rxInfo');
  const receptions = (Array.isArray(rxInfo) ? rxInfo : []).map((reception) => {
    const gateway = euiAt(reception, 'gatewayId');
    const link = { rssiDbm: numberAt(reception, 'rssi') ?? 0, snrDb: numberAt(reception, 'snr') ?? 0 };
    return gateway === undefined ? link : { ...link, gateway };
  });
  return { kind: 'uplink', devEui, at: at_, fPort, payload, link: linkOf(frame, receptions) };
}

function downlinkOf(json: unknown, outcome: 'transmitted' | 'acknowledged' | 'notAcknowledged'): NetworkEvent {
  const id = textAt(json, 'queueItemId');
  return id === undefined ? { kind: 'other' } : { kind: 'downlink', id, outcome };
}
