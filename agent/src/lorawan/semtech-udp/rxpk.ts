import type { AntennaLink, DataRate } from '../radio.ts';

/** A frame as a forwarder reports it (PROTOCOL.TXT section 4; sx1302_hal PROTOCOL.md for the newer members). */
export interface ReceivedPacket {
  phyPayload: Buffer;
  /** Concentrator's counter when the frame ended, unsigned 32-bit microseconds; absent where it cannot be read. */
  counterUs?: number;
  /** Board and antenna that heard it, of gateways with several: an answer goes out by the same. */
  board?: number;
  antenna?: number;
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
/** A concentrator with 64 demodulators hears no more between two datagrams. */
const MAX_FRAMES = 64;
const LORA_DATA_RATE = /^SF\s*(\d{1,2})\s*BW\s*(\d{2,4})(?:\.\d+)?$/i;
const NUMBER = /^\s*[-+]?\d{1,20}(?:\.\d{1,20})?\s*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The frames of a PUSH_DATA; undefined where its JSON is not one. A stat without frames gives an empty list. */
export function rxpkList(json: unknown): unknown[] | undefined {
  if (!isObject(json)) return undefined;
  // An empty list is `null` in the JSON of Go.
  if (json.rxpk === undefined || json.rxpk === null) return isObject(json.stat) ? [] : undefined;
  if (isObject(json.rxpk)) return [json.rxpk];
  return Array.isArray(json.rxpk) ? json.rxpk.slice(0, MAX_FRAMES) : undefined;
}

export function parseRxpk(value: unknown): RxpkOutcome {
  if (!isObject(value)) return refuse('rxpk is not an object');
  const phyPayload = decodeBase64(value.data);
  if (!phyPayload) return refuse('data is not base64');
  if (phyPayload.length > MAX_PHY_PAYLOAD_BYTES) return refuse('data is longer than a frame');
  const counterUs = counterIn(value.tmst);
  const freq = numberIn(value.freq);
  if (freq === undefined || freq <= 0 || freq > 10_000) return refuse('freq is not in MHz');
  const dataRate = parseDataRate(value.modu, value.datr);
  if (!dataRate) return refuse('modu and datr are not known');
  const antennas = parseAntennas(value);
  if (!antennas) return refuse('rssi and lsnr are missing');
  return {
    ok: true,
    packet: {
      phyPayload,
      ...(counterUs !== undefined && { counterUs }),
      frequencyHz: Math.round(freq * 1e6),
      dataRate,
      crc: CRC[numberIn(value.stat) ?? 1] ?? 'good',
      antennas,
      ...extras(value),
    },
  };
}

const CRC: Readonly<Record<number, ReceivedPacket['crc']>> = { [-1]: 'bad', 0: 'absent' };

function extras({ brd, ant, tmms, ftime, foff, rssis, mid }: Record<string, unknown>): Partial<ReceivedPacket> {
  const gpsTimeMs = numberIn(tmms);
  return {
    ...(isByte(brd) && { board: brd }),
    ...(isByte(ant) && { antenna: ant }),
    ...(gpsTimeMs !== undefined && { gpsTimeMs }),
    ...(isNumber(ftime) && { fineTimeNs: ftime }),
    ...(isNumber(foff) && { frequencyOffsetHz: foff }),
    ...(isNumber(rssis) && { signalRssiDbm: rssis }),
    ...(isNumber(mid) && { modemId: mid }),
  };
}

function parseDataRate(modu: unknown, datr: unknown): DataRate | undefined {
  const modulation = typeof modu === 'string' ? modu.trim().toUpperCase() : undefined;
  const bitRate = numberIn(datr);
  if (modulation === 'FSK') return bitRate !== undefined && bitRate > 0 ? { modulation: 'FSK', bitRate } : undefined;
  if (typeof datr !== 'string' || (modulation !== 'LORA' && modu !== undefined)) return undefined;
  const match = LORA_DATA_RATE.exec(datr.trim());
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
      return linkOf(signal.rssic ?? signal.rssis, signal.lsnr, signal.ant, index);
    });
    if (links.length > 0) return links;
  }
  const links = linkOf(rxpk.rssi ?? rxpk.rssis, rxpk.lsnr, rxpk.ant, 0);
  return links.length > 0 ? links : undefined;
}

/** FSK has no SNR (section 4, note on lsnr). */
function linkOf(rssi: unknown, lsnr: unknown, ant: unknown, fallback: number): AntennaLink[] {
  const rssiDbm = numberIn(rssi);
  if (rssiDbm === undefined) return [];
  return [{ antenna: isByte(ant) ? ant : fallback, rssiDbm, snrDb: numberIn(lsnr) ?? 0 }];
}

/**
 * The concentrator's counter has 32 bits; some forwarders write a signed one, or one that goes on counting. Beyond 2^53
 * JSON has lost the bits that count.
 */
function counterIn(tmst: unknown): number | undefined {
  const value = numberIn(tmst);
  if (value === undefined || !Number.isSafeInteger(value)) return undefined;
  return ((value % COUNTER) + COUNTER) % COUNTER;
}

const COUNTER = 2 ** 32;

/** Standard base64 with or without its padding; Buffer alone would skip whatever it does not know. */
function decodeBase64(value: unknown): Buffer | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '' || !BASE64.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  return digits.length % 4 === 1 ? undefined : Buffer.from(digits, 'base64');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A number, or one in quotes as some forwarders write it. */
function numberIn(value: unknown): number | undefined {
  if (isNumber(value)) return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}

function refuse(detail: string): RxpkOutcome {
  return { ok: false, detail };
}
