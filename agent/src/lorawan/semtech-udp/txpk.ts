import { gpsMilliseconds } from '../gps-time.ts';
import {
  type DataRate,
  dataRateName,
  type Transmission,
  type TransmitOutcome,
  type TransmitRefusal,
  type TransmitTime,
} from '../radio.ts';

/** A frame to send as a forwarder wants it (PROTOCOL.TXT section 6). */
export interface Txpk {
  imme?: true;
  tmst?: number;
  /** GPS time in milliseconds. */
  tmms?: number;
  freq: number;
  /** Of the gateway's boards and antennas, the ones that heard what is answered. */
  brd?: number;
  ant?: number;
  rfch: 0;
  powe: number;
  modu: 'LORA' | 'FSK';
  datr: string | number;
  codr?: '4/5';
  fdev?: number;
  ipol: boolean;
  prea?: number;
  size: number;
  data: string;
  ncrc: true;
}

/** LoRaWAN regional parameters 1.0.x: FSK at 50 kbit/s with 25 kHz deviation. */
const FSK_DEVIATION_HZ = 25_000;
const FSK_PREAMBLE_BYTES = 5;

/** Downlinks are sent with inverted polarity and without CRC (LoRaWAN 1.0.x, sections 3.2 and 4.1). */
export function txpkOf({ phyPayload, frequencyHz, dataRate, eirpDbm, time }: Transmission): Txpk | undefined {
  const when = whenOf(time);
  if (!when) return undefined;
  return {
    ...when,
    freq: frequencyHz / 1e6,
    rfch: 0,
    powe: eirpDbm,
    ...modulationOf(dataRate),
    size: phyPayload.length,
    data: phyPayload.toString('base64'),
    ncrc: true,
  };
}

/** Undefined where the time is another kind of gateway's. */
function whenOf(time: TransmitTime): Pick<Txpk, 'imme' | 'tmst' | 'tmms' | 'brd' | 'ant'> | undefined {
  if (time.kind === 'immediate') return { imme: true };
  if (time.kind === 'at') return { tmms: Math.round(gpsMilliseconds(time.at)) };
  if (time.context.kind !== 'counter') return undefined;
  const { counterUs, board, antenna } = time.context;
  return {
    tmst: (counterUs + time.delayMs * 1_000) % 2 ** 32,
    ...(board !== undefined && { brd: board }),
    ...(antenna !== undefined && { ant: antenna }),
  };
}

function modulationOf(dataRate: DataRate): Pick<Txpk, 'modu' | 'datr' | 'codr' | 'fdev' | 'ipol' | 'prea'> {
  return dataRate.modulation === 'LORA'
    ? { modu: 'LORA', datr: dataRateName(dataRate), codr: '4/5', ipol: true }
    : { modu: 'FSK', datr: dataRate.bitRate, fdev: FSK_DEVIATION_HZ, ipol: false, prea: FSK_PREAMBLE_BYTES };
}

const REFUSALS: readonly string[] = [
  'TOO_LATE',
  'TOO_EARLY',
  'COLLISION_PACKET',
  'COLLISION_BEACON',
  'TX_FREQ',
  'TX_POWER',
  'GPS_UNLOCKED',
] satisfies TransmitRefusal[];

/**
 * What a TX_ACK says. The older generation refuses a power that it cannot set (`error: TX_POWER`), the newer one sends
 * with the nearest and says so (`warn: TX_POWER`, `value`).
 */
export function parseTxAck(json: unknown): TransmitOutcome {
  const ack = memberOf(json, 'txpk_ack');
  const error = memberOf(ack, 'error');
  if (typeof error === 'string' && error !== '' && error !== 'NONE') {
    return { kind: 'refused', reason: REFUSALS.includes(error) ? (error as TransmitRefusal) : 'OTHER' };
  }
  const warning = memberOf(ack, 'warn');
  return typeof warning === 'string' && warning !== 'NONE'
    ? { kind: 'accepted', warning: warning.slice(0, 32) }
    : { kind: 'accepted' };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
