import { withoutFloatError } from '../units.ts';
import { type ByteReader, PayloadTooShort } from './byte-reader.ts';
import { dateOf, dateTimeOf, secondsOf } from './mbus-date.ts';
import { readVif } from './mbus-vif.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/**
 * Data records of M-Bus (EN 13757-3), also the body of OMS and of many LoRaWAN meters: DIF, DIFEs, VIF, VIFEs, value.
 * Each gives a value with a name and in a unit that the name says, whatever unit the meter counts in.
 */
export interface MbusRecord {
  name: string;
  value: number | string;
  /** 0 is the present value, higher ones are stored at due dates. */
  storage: number;
  tariff: number;
  subunit: number;
  function: 'instantaneous' | 'maximum' | 'minimum' | 'error';
  /** What only its maker explains and has a length of its own. */
  bytes?: Uint8Array;
  /** Of a profile: its bytes, and the power of ten of the differences that they hold. */
  profile?: { bytes: Uint8Array; power: number };
}

const FUNCTIONS = ['instantaneous', 'maximum', 'minimum', 'error'] as const;
const MAX_RECORDS = 128;
const MAX_EXTENSIONS = 10;
const CHECKSUM_BYTES = 2;
/** Below this a variable length (EN 13757-3, table 5) counts bytes. */
const LENGTHS_OF_TEXT = 0xc0;

const DURATION_SECONDS = [1, 60, 3_600, 86_400];

/** All records until the payload ends; fill bytes and manufacturer data end or leave out what is not for everyone. */
export function readMbusRecords(reader: ByteReader): MbusRecord[] {
  const { records, cut } = readWholeMbusRecords(reader);
  if (cut) throw cut;
  return records;
}

/** The records before one that the payload is too short for, where another layer has told that the payload is whole. */
export function readWholeMbusRecords(reader: ByteReader): { records: MbusRecord[]; cut?: PayloadTooShort } {
  const records: MbusRecord[] = [];
  while (reader.remaining > 0) {
    const { remaining } = reader;
    const dif = reader.uint(1);
    if (dif === 0x2f) continue; // idle filler
    if (dif === 0x0f || dif === 0x1f) break; // the rest is the manufacturer's
    if (records.length >= MAX_RECORDS) throw new PayloadMismatch(`more than ${MAX_RECORDS} M-Bus records`);
    try {
      const record = readRecord(reader, dif);
      if (record) records.push(record);
    } catch (error) {
      if (error instanceof PayloadTooShort) return { records, cut: error };
      // two bytes hold no record: a checksum that the length of the telegram counts
      if (error instanceof PayloadMismatch && remaining <= CHECKSUM_BYTES) {
        return { records, cut: new PayloadTooShort(reader.offset, 1, reader.offset) };
      }
      throw error;
    }
  }
  return { records };
}

/** The present, instantaneous values of the meter itself (subunit 0), for a definition's `map`; a tariff becomes the channel T1, T2 … */
export function mbusValues(reader: ByteReader): ParsedPayload {
  const records = readMbusRecords(reader).filter(
    (record) => record.storage === 0 && record.subunit === 0 && record.function === 'instantaneous',
  );
  return {
    values: records.map(({ name, value, tariff }) => ({
      name,
      value,
      ...(tariff === 0 ? {} : { channel: `T${tariff}` }),
    })),
  };
}

function readRecord(reader: ByteReader, dif: number): MbusRecord | undefined {
  const head = readDifExtensions(reader, dif);
  const vif = reader.uint(1);
  const { range, offset } = readVif(reader, vif);
  if (range?.name.endsWith(' profile') && (dif & 0x0f) === 0x0d) {
    const bytes = reader.take(reader.uint(1));
    return { ...head, name: range.name, value: '', profile: { bytes, power: range.power + offset } };
  }
  const isBlock = (dif & 0x0f) === 0x0d && (reader.bytes[reader.offset] ?? 0) < LENGTHS_OF_TEXT;
  if (range?.name.startsWith('manufacturer') && isBlock) {
    return { ...head, name: range.name, value: '', bytes: reader.take(reader.uint(1)) };
  }
  const raw = readValue(reader, dif & 0x0f, range?.name);
  if (!range || raw === undefined) return undefined;
  if (typeof raw === 'string') return { ...head, name: range.name, value: raw };
  if (Number.isNaN(raw)) return undefined;
  const factor = range.durations ? (DURATION_SECONDS[offset] ?? 1) : undefined;
  const value = factor === undefined ? timesPowerOfTen(raw * (range.factor ?? 1), range.power + offset) : raw * factor;
  return { ...head, name: range.name, value };
}

function readDifExtensions(reader: ByteReader, dif: number): Omit<MbusRecord, 'name' | 'value'> {
  let storage = (dif >> 6) & 1;
  let tariff = 0;
  let subunit = 0;
  let more = (dif & 0x80) !== 0;
  for (let index = 0; more; index++) {
    if (index >= MAX_EXTENSIONS) throw new PayloadMismatch('too many DIF extensions');
    const dife = reader.uint(1);
    storage += (dife & 0x0f) * 2 ** (1 + 4 * index);
    tariff += ((dife >> 4) & 3) * 4 ** index;
    subunit += ((dife >> 6) & 1) * 2 ** index;
    more = (dife & 0x80) !== 0;
  }
  return { storage, tariff, subunit, function: FUNCTIONS[(dif >> 4) & 3] ?? 'instantaneous' };
}

/** Data field of the DIF, EN 13757-3 table 4; everything little-endian. */
function readValue(reader: ByteReader, code: number, name: string | undefined): number | string | undefined {
  switch (code) {
    case 0x0:
      return undefined;
    case 0x1:
      return integerOf(reader, 1, name);
    case 0x2:
      return name === 'date' ? dateOf(reader.uint(2, 'le')) : integerOf(reader, 2, name);
    case 0x3:
      return integerOf(reader, 3, name);
    case 0x4:
      return name === 'dateTime' ? dateTimeOf(reader.uint(4, 'le')) : integerOf(reader, 4, name);
    case 0x5:
      return reader.float32('le');
    case 0x6: {
      if (name === 'dateTime') return secondsOf(reader.take(6));
      const low = reader.uint(3, 'le');
      return low + reader.int(3, 'le') * 2 ** 24;
    }
    case 0x7:
      return Number(reader.int64('le'));
    case 0x8:
      return undefined;
    case 0xd:
      return variableLength(reader);
    default: {
      const size = [0, 1, 2, 3, 4, 0, 6][code - 8];
      if (size === undefined || size === 0) throw new PayloadMismatch(`M-Bus data field ${code} is not known`);
      return signedBcd(reader.take(size));
    }
  }
}

/** Type D for flags; else type B, whose most negative value means that there is none (EN 13757-3, annex A). */
function integerOf(reader: ByteReader, size: 1 | 2 | 3 | 4, name: string | undefined): number | undefined {
  if (name === 'errorFlags' || name?.startsWith('manufacturer')) return reader.uint(size, 'le');
  const value = reader.int(size, 'le');
  return value === -(2 ** (8 * size - 1)) ? undefined : value;
}

/** Type A: a leading digit F is a minus (EN 13757-3, annex A). */
function signedBcd(bytes: Uint8Array): number {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join('');
  const negative = digits.startsWith('f');
  const unsigned = negative ? digits.slice(1) : digits;
  return /^[0-9]+$/.test(unsigned) ? (negative ? -1 : 1) * Number(unsigned) : Number.NaN;
}

/** LVAR of EN 13757-3, table 5: a text; numbers that long are serial numbers and keys, and passed over. */
function variableLength(reader: ByteReader): string | undefined {
  const length = reader.uint(1);
  if (length < LENGTHS_OF_TEXT) return [...reader.ascii(length)].reverse().join('');
  const base = [0xc0, 0xd0, 0xe0, 0xf0].findLast((first) => length >= first) ?? 0xc0;
  if (length > base + (base === 0xf0 ? 0x0a : base === 0xe0 ? 0x0f : 0x09)) {
    throw new PayloadMismatch(`the variable length 0x${length.toString(16)} is reserved`);
  }
  reader.take(base === 0xf0 ? 4 * (length - 0xec) : length - base);
  return undefined;
}

function timesPowerOfTen(value: number, power: number): number {
  return withoutFloatError(power < 0 ? value / 10 ** -power : value * 10 ** power);
}
