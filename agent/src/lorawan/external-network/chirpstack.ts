import {
  at,
  dataRateOf,
  euiAt,
  linkOf,
  type NetworkDialect,
  type NetworkEvent,
  numberAt,
  payloadOf,
  receptionsOf,
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
        case 'join':
          return joinOf(json);
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
  const receivedAt = Date.parse(textAt(json, 'time') ?? '');
  const fPort = numberAt(json, 'fPort') ?? 0;
  const payload = payloadOf(textAt(json, 'data'));
  if (devEui === undefined || Number.isNaN(receivedAt) || payload === undefined) return undefined;
  if (fPort === 0 || payload.length === 0) return { kind: 'other' };
  const frame = {
    fCnt: numberAt(json, 'fCnt') ?? 0,
    dataRate: dataRateOf(at(json, 'txInfo', 'modulation', 'lora'), 'spreadingFactor'),
    frequencyHz: numberAt(json, 'txInfo', 'frequency') ?? 0,
  };
  const link = linkOf(frame, receptionsOf(at(json, 'rxInfo'), 'gatewayId'));
  return { kind: 'uplink', devEui, at: receivedAt, fPort, payload, link };
}

function joinOf(json: unknown): NetworkEvent | undefined {
  const devEui = euiAt(json, 'deviceInfo', 'devEui');
  return devEui === undefined ? undefined : { kind: 'join', devEui };
}

function downlinkOf(json: unknown, outcome: 'transmitted' | 'acknowledged' | 'notAcknowledged'): NetworkEvent {
  const id = textAt(json, 'queueItemId');
  return id === undefined ? { kind: 'other' } : { kind: 'downlink', id, outcome };
}
