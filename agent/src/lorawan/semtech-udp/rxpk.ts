import type { AntennaLink, DataRate } from '../radio.ts';

/** A frame as a forwarder reports it (PROTOCOL.TXT section 4; sx1302_hal PROTOCOL.md for the newer members). */
export interface ReceivedPacket {
  phyPayload: Buffer;
  /** Concentrator's counter when the frame ended, unsigned 32-bit microseconds. */
  counterUs: number;
  frequencyHz: number;
  dataRate: DataRate;
  /** `absent`: the frame carries no CRC, as downlinks do. */
  crc: 'good' | 'bad' | 'absent';
  antennas: AntennaLink[];
  /** GPS time of the frame's end in milliseconds, of gateways that have a receiver. */
  gpsTimeMs?: number;
  /** Nanoseconds within the second, of gateways with fine timestamps. */
  fineTimeNs?: number;
  frequencyOffsetHz?: number;
  /** RSSI of the signal alone, without the noise of the channel. */
  signalRssiDbm?: number;
  modemId?: number;
}

export type RxpkOutcome = { ok: true; packet: ReceivedPacket } | { ok: false; detail: string };

/** LoRa's explicit header has one byte for the length (SX1301 data sheet). */
const MAX_PHY_PAYLOAD_BYTES = 255;
const MAX_ANTENNAS = 16;
const LORA_DATA_RATE = /^SF(\d{1,2})BW(\d{2,4})$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The frames of a PUSH_DATA; undefined where its JSON is not one. A stat without frames gives an empty list. */
export function rxpkList(json: unknown): unknown[] | undefined {
  if (!isObject(json)) return undefined;
  if (json.rxpk === undefined) return isObject(json.stat) ? [] : undefined;
  return Array.isArray(json.rxpk) ? json.rxpk : undefined;
}

export function parseRxpk(value: unknown): RxpkOutcome {
  if (!isObject(value)) return refuse('rxpk is not an object');
  const phyPayload = decodeBase64(value.data);
  if (!phyPayload) return refuse('data is not base64');
  if (phyPayload.length > MAX_PHY_PAYLOAD_BYTES) return refuse('data is longer than a frame');
  const { tmst, freq } = value;
  if (!isUint32(tmst)) return refuse('tmst is not a 32-bit counter');
  if (!isNumber(freq) || freq <= 0 || freq > 10_000) return refuse('freq is not in MHz');
  const dataRate = parseDataRate(value.modu, value.datr);
  if (!dataRate) return refuse('modu and datr are not known');
  const antennas = parseAntennas(value);
  if (!antennas) return refuse('rssi and lsnr are missing');
  return {
    ok: true,
    packet: {
      phyPayload,
      counterUs: tmst,
      frequencyHz: Math.round(freq * 1e6),
      dataRate,
      crc: value.stat === -1 ? 'bad' : value.stat === 0 ? 'absent' : 'good',
      antennas,
      ...extras(value),
    },
  };
}

function extras({ tmms, ftime, foff, rssis, mid }: Record<string, unknown>): Partial<ReceivedPacket> {
  return {
    ...(isNumber(tmms) && { gpsTimeMs: tmms }),
    ...(isNumber(ftime) && { fineTimeNs: ftime }),
    ...(isNumber(foff) && { frequencyOffsetHz: foff }),
    ...(isNumber(rssis) && { signalRssiDbm: rssis }),
    ...(isNumber(mid) && { modemId: mid }),
  };
}

function parseDataRate(modulation: unknown, datr: unknown): DataRate | undefined {
  if (modulation === 'FSK') return isNumber(datr) && datr > 0 ? { modulation: 'FSK', bitRate: datr } : undefined;
  if (typeof datr !== 'string' || (modulation !== 'LORA' && modulation !== undefined)) return undefined;
  const match = LORA_DATA_RATE.exec(datr);
  if (!match) return undefined;
  const [spreadingFactor, bandwidthKhz] = [Number(match[1]), Number(match[2])];
  if (spreadingFactor < 5 || spreadingFactor > 12) return undefined;
  return { modulation: 'LORA', spreadingFactor, bandwidthKhz };
}

/** Gateways with several antennas report each under `rsig`, and then often nothing beside it. */
function parseAntennas(rxpk: Record<string, unknown>): AntennaLink[] | undefined {
  const { rsig } = rxpk;
  if (Array.isArray(rsig) && rsig.length > 0) {
    const links = rsig.slice(0, MAX_ANTENNAS).flatMap((signal, index) => {
      if (!isObject(signal)) return [];
      const rssiDbm = isNumber(signal.rssic) ? signal.rssic : signal.rssis;
      const antenna = antennaNumber(signal.ant, index);
      return isNumber(rssiDbm) ? [{ antenna, rssiDbm, snrDb: isNumber(signal.lsnr) ? signal.lsnr : 0 }] : [];
    });
    return links.length > 0 ? links : undefined;
  }
  // FSK has no SNR (section 4, note on lsnr).
  const snrDb = isNumber(rxpk.lsnr) ? rxpk.lsnr : 0;
  return isNumber(rxpk.rssi) ? [{ antenna: antennaNumber(rxpk.ant, 0), rssiDbm: rxpk.rssi, snrDb }] : undefined;
}

function antennaNumber(value: unknown, fallback: number): number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255 ? Number(value) : fallback;
}

/** Standard base64 with or without its padding; Buffer alone would skip whatever it does not know. */
function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || text === '' || !BASE64.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  return digits.length % 4 === 1 ? undefined : Buffer.from(digits, 'base64');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff_ffff;
}

function refuse(detail: string): RxpkOutcome {
  return { ok: false, detail };
}
