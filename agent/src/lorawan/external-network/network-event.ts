import type { RadioLink } from '@vigie/contract';
import type { LorawanDownlink } from '@vigie/decoders';

/** What another network's server says of its devices, whichever server it is. */
export type NetworkEvent =
  | {
      kind: 'uplink';
      devEui: string;
      /** When that server received it, epoch milliseconds: rises from message to message of a device. */
      at: number;
      fPort: number;
      payload: Buffer;
      link: RadioLink;
    }
  /** What became of a downlink that was ordered under `id`. */
  | {
      kind: 'downlink';
      id: string;
      outcome: 'transmitted' | 'acknowledged' | 'notAcknowledged' | 'failed';
      detail?: string;
    }
  /** That server let the device join. */
  | { kind: 'join'; devEui: string }
  /** Status, logs: known, and of no use here. */
  | { kind: 'other' };

/** One server's way of saying it over MQTT. */
export interface NetworkDialect {
  /** Topic filters to subscribe to. */
  filters: readonly string[];
  /** Undefined where the message is not of the protocol. */
  parse(topic: string, json: unknown): NetworkEvent | undefined;
  /** Topic and JSON of a downlink; undefined while the device cannot be addressed. */
  downlink(devEui: string, id: string, downlink: LorawanDownlink): { topic: string; json: unknown } | undefined;
}

interface Reception {
  gateway?: string;
  rssiDbm: number;
  snrDb: number;
}

/** A value somewhere inside of JSON that came from outside. */
export function at(json: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    json,
  );
}

export function numberAt(json: unknown, ...path: (string | number)[]): number | undefined {
  const value = at(json, ...path);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function textAt(json: unknown, ...path: (string | number)[]): string | undefined {
  const value = at(json, ...path);
  return typeof value === 'string' ? value : undefined;
}

export function euiAt(json: unknown, ...path: (string | number)[]): string | undefined {
  const text = textAt(json, ...path)?.toLowerCase();
  return text !== undefined && /^[0-9a-f]{16}$/.test(text) ? text : undefined;
}

/** The data rate in words, `SF7BW125`, of LoRa's parameters; FSK where a frame has none. */
export function dataRateOf(lora: unknown, spreadingFactorKey: string): string {
  const bandwidthKhz = (numberAt(lora, 'bandwidth') ?? 0) / 1_000;
  return lora === undefined ? 'FSK' : `SF${numberAt(lora, spreadingFactorKey) ?? 0}BW${bandwidthKhz}`;
}

/** What each antenna heard; `gatewayPath` says where an entry has its EUI. */
export function receptionsOf(entries: unknown, ...gatewayPath: string[]): Reception[] {
  return (Array.isArray(entries) ? entries : []).map((entry) => {
    const gateway = euiAt(entry, ...gatewayPath);
    const link = { rssiDbm: numberAt(entry, 'rssi') ?? 0, snrDb: numberAt(entry, 'snr') ?? 0 };
    return gateway === undefined ? link : { ...link, gateway };
  });
}

/** The receptions of a frame as a link: the best SNR speaks for all. */
export function linkOf(
  frame: { fCnt: number; dataRate: string; frequencyHz: number },
  receptions: readonly Reception[],
): RadioLink {
  const heard = receptions.slice(0, 64).sort((a, b) => b.snrDb - a.snrDb);
  const heardBy = heard.flatMap(({ gateway, rssiDbm, snrDb }) =>
    gateway === undefined ? [] : [{ gateway, antenna: 0, rssiDbm, snrDb }],
  );
  return {
    ...frame,
    rssiDbm: heard[0]?.rssiDbm ?? 0,
    snrDb: heard[0]?.snrDb ?? 0,
    receptions: Math.max(1, heard.length),
    ...(heardBy.length > 1 && { heardBy }),
  };
}

const MAX_PAYLOAD_BYTES = 242;

export function payloadOf(text: string | undefined): Buffer | undefined {
  const bytes = Buffer.from(text ?? '', 'base64');
  return bytes.length <= MAX_PAYLOAD_BYTES ? bytes : undefined;
}
