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

const EVENT = /^v3\/[^/]+\/devices\/([^/]+)\/(up|join|down\/\w+|service\/data|location\/solved)$/;
/** Names an order in the correlation identifiers that the stack hands back. */
const ORDER = 'vigie:order:';

/**
 * The Things Stack v3 over MQTT (lorawan-stack-docs, integrations/other-integrations/mqtt and data-formats). It addresses
 * devices by names of its own, which its messages tell: a device can be spoken to once it was heard.
 */
export function thingsStack(application: string): NetworkDialect {
  const deviceIds = new Map<string, string>();
  const root = `v3/${application}/devices`;
  return {
    filters: [`${root}/+/up`, `${root}/+/join`, `${root}/+/down/+`],
    parse: (topic, json) => {
      const match = EVENT.exec(topic);
      const devEui = euiAt(json, 'end_device_ids', 'dev_eui');
      if (!match || devEui === undefined) return undefined;
      const [, deviceId = '', event] = match;
      deviceIds.set(devEui, deviceId);
      switch (event) {
        case 'up':
          return uplinkOf(json, devEui);
        case 'join':
          return { kind: 'join', devEui };
        case 'down/sent':
          return downlinkOf(json, at(json, 'downlink_sent'), 'transmitted');
        case 'down/ack':
          return downlinkOf(json, at(json, 'downlink_ack'), 'acknowledged');
        case 'down/nack':
          return downlinkOf(json, at(json, 'downlink_nack'), 'notAcknowledged');
        case 'down/failed':
          return downlinkOf(json, at(json, 'downlink_failed', 'downlink'), 'failed');
        default:
          return { kind: 'other' };
      }
    },
    downlink: (devEui, id, { fPort, bytes, confirmed }) => {
      const deviceId = deviceIds.get(devEui);
      if (deviceId === undefined) return undefined;
      const downlink = {
        f_port: fPort,
        frm_payload: Buffer.from(bytes).toString('base64'),
        priority: 'NORMAL',
        confirmed: confirmed === true,
        correlation_ids: [`${ORDER}${id}`],
      };
      return { topic: `${root}/${deviceId}/down/push`, json: { downlinks: [downlink] } };
    },
  };
}

/** What is zero, false or empty is left out. */
function uplinkOf(json: unknown, devEui: string): NetworkEvent | undefined {
  const message = at(json, 'uplink_message');
  const receivedAt = Date.parse(textAt(message, 'received_at') ?? textAt(json, 'received_at') ?? '');
  const payload = payloadOf(textAt(message, 'frm_payload'));
  if (message === undefined || Number.isNaN(receivedAt) || payload === undefined) return undefined;
  const fPort = numberAt(message, 'f_port') ?? 0;
  if (fPort === 0 || payload.length === 0) return { kind: 'other' };
  const frame = {
    fCnt: numberAt(message, 'f_cnt') ?? 0,
    dataRate: dataRateOf(at(message, 'settings', 'data_rate', 'lora'), 'spreading_factor'),
    frequencyHz: numberAt(message, 'settings', 'frequency') ?? 0,
  };
  const link = linkOf(frame, receptionsOf(at(message, 'rx_metadata'), 'gateway_ids', 'eui'));
  return { kind: 'uplink', devEui, at: receivedAt, fPort, payload, link };
}

function downlinkOf(
  json: unknown,
  downlink: unknown,
  outcome: 'transmitted' | 'acknowledged' | 'notAcknowledged' | 'failed',
): NetworkEvent {
  const ids = [at(downlink, 'correlation_ids'), at(json, 'correlation_ids')].flat();
  const own = ids.find((id): id is string => typeof id === 'string' && id.startsWith(ORDER));
  const detail = textAt(json, 'downlink_failed', 'error', 'message_format');
  return own === undefined
    ? { kind: 'other' }
    : { kind: 'downlink', id: own.slice(ORDER.length), outcome, ...(detail !== undefined && { detail }) };
}
