import { withoutFloatError } from '../units.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './walk-layout.ts';

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
}

const FUNCTIONS = ['instantaneous', 'maximum', 'minimum', 'error'] as const;
const MAX_RECORDS = 128;
const MAX_EXTENSIONS = 10;

/** What a VIF measures: name, and the power of ten for the lowest code of its range; `steps` codes wide. */
interface VifRange {
  from: number;
  steps: number;
  name: string;
  power: number;
  /** Seconds, minutes, hours, days for the codes in turn. */
  durations?: boolean;
}

/** The range of a VIF and which of its codes it is. */
interface Vif {
  range: VifRange | undefined;
  offset: number;
}

/** Primary VIFs, EN 13757-3 table 10. */
const PRIMARY: readonly VifRange[] = [
  { from: 0x00, steps: 8, name: 'energyWh', power: -3 },
  { from: 0x08, steps: 8, name: 'energyJ', power: 0 },
  { from: 0x10, steps: 8, name: 'volumeL', power: -3 },
  { from: 0x18, steps: 8, name: 'massKg', power: -3 },
  { from: 0x20, steps: 4, name: 'onTimeS', power: 0, durations: true },
  { from: 0x24, steps: 4, name: 'operatingTimeS', power: 0, durations: true },
  { from: 0x28, steps: 8, name: 'powerW', power: -3 },
  { from: 0x38, steps: 8, name: 'flowLPerH', power: -3 },
  { from: 0x58, steps: 4, name: 'flowTempCel', power: -3 },
  { from: 0x5c, steps: 4, name: 'returnTempCel', power: -3 },
  { from: 0x60, steps: 4, name: 'diffTempK', power: -3 },
  { from: 0x64, steps: 4, name: 'externalTempCel', power: -3 },
  { from: 0x68, steps: 4, name: 'pressureBar', power: -3 },
  { from: 0x6c, steps: 1, name: 'date', power: 0 },
  { from: 0x6d, steps: 1, name: 'dateTime', power: 0 },
  { from: 0x6e, steps: 1, name: 'allocatorUnits', power: 0 },
  { from: 0x78, steps: 1, name: 'fabricationNumber', power: 0 },
];

/** First extension (VIF 0xFB), EN 13757-3 table 12: the ranges that meters of cities use. */
const EXTENSION_FB: readonly VifRange[] = [
  { from: 0x00, steps: 2, name: 'energyWh', power: 5 },
  { from: 0x08, steps: 2, name: 'energyJ', power: 8 },
  { from: 0x0c, steps: 4, name: 'energyCal', power: 5 },
  { from: 0x10, steps: 2, name: 'volumeL', power: 5 },
  { from: 0x28, steps: 2, name: 'powerW', power: 5 },
];

/** Second extension (VIF 0xFD), EN 13757-3 table 14. */
const EXTENSION_FD: readonly VifRange[] = [
  { from: 0x17, steps: 1, name: 'errorFlags', power: 0 },
  { from: 0x3a, steps: 1, name: 'dimensionless', power: 0 },
  { from: 0x40, steps: 16, name: 'voltageV', power: -9 },
  { from: 0x50, steps: 16, name: 'currentA', power: -12 },
  { from: 0x61, steps: 1, name: 'cumulationCounter', power: 0 },
  { from: 0x74, steps: 1, name: 'batteryDays', power: 0 },
];

const DURATION_SECONDS = [1, 60, 3_600, 86_400];

/** All records until the payload ends; fill bytes and manufacturer data end or leave out what is not for everyone. */
export function readMbusRecords(reader: ByteReader): MbusRecord[] {
  const records: MbusRecord[] = [];
  while (reader.remaining > 0) {
    const dif = reader.uint(1);
    if (dif === 0x2f) continue; // idle filler
    if (dif === 0x0f || dif === 0x1f) break; // the rest is the manufacturer's
    if (records.length >= MAX_RECORDS) throw new PayloadMismatch(`more than ${MAX_RECORDS} M-Bus records`);
    const record = readRecord(reader, dif);
    if (record) records.push(record);
  }
  return records;
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
  const raw = readValue(reader, dif & 0x0f, range?.name);
  if (!range || raw === undefined) return undefined;
  if (typeof raw === 'string') return { ...head, name: range.name, value: raw };
  if (Number.isNaN(raw)) return undefined;
  const factor = range.durations ? (DURATION_SECONDS[offset] ?? 1) : undefined;
  const value = factor === undefined ? timesPowerOfTen(raw, range.power + offset) : raw * factor;
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

function readVif(reader: ByteReader, vif: number): Vif {
  if (vif === 0xfb || vif === 0xfd) {
    const extension = reader.uint(1);
    const table = vif === 0xfb ? EXTENSION_FB : EXTENSION_FD;
    return changed(find(table, extension & 0x7f), readExtensions(reader, extension));
  }
  if (vif === 0xff) return { range: readManufacturerVif(reader), offset: 0 };
  const primary = vif & 0x7f;
  if (primary === 0x7c) {
    // plain text unit: not for the vocabulary
    reader.take(reader.uint(1));
    readExtensions(reader, vif);
    return { range: undefined, offset: 0 };
  }
  return changed(find(PRIMARY, primary), readExtensions(reader, vif));
}

/**
 * What orthogonal extensions (EN 13757-3, table 15) make of a value: a factor of ten, or only what ran forwards or
 * backwards, which the name then says, or something that only its maker explains (FFh and a code). Any other (a limit, a difference, an average) makes it something else: left out.
 */
function changed({ range, offset }: Vif, extensions: readonly number[]): Vif {
  let changedRange = range;
  for (const [index, extension] of extensions.entries()) {
    if (!changedRange) break;
    const { name, power } = changedRange;
    if (extension === 0x7f) {
      const code = (extensions[index + 1] ?? 0).toString(16).padStart(2, '0');
      return { range: { ...changedRange, name: `${name} manufacturer${code}` }, offset };
    }
    if (extension >= 0x70 && extension <= 0x77) changedRange = { ...changedRange, power: power + extension - 0x76 };
    else if (extension === 0x7d) changedRange = { ...changedRange, power: power + 3 };
    else if (extension === 0x3b) changedRange = { ...changedRange, name: `${name} forwards` };
    else if (extension === 0x3c) changedRange = { ...changedRange, name: `${name} backwards` };
    else changedRange = undefined;
  }
  return { range: changedRange, offset };
}

/** What only its maker explains: `manufacturer` and the first VIFE in hexadecimal, a number without a unit. */
function readManufacturerVif(reader: ByteReader): VifRange {
  const extension = reader.uint(1);
  readExtensions(reader, extension);
  const code = (extension & 0x7f).toString(16).padStart(2, '0');
  return { from: 0, steps: 1, name: `manufacturer${code}`, power: 0 };
}

/** The VIFEs behind a byte whose highest bit says that there are some, without that bit. */
function readExtensions(reader: ByteReader, before: number): number[] {
  const extensions: number[] = [];
  for (let last = before; last & 0x80; ) {
    if (extensions.length >= MAX_EXTENSIONS) throw new PayloadMismatch('too many VIF extensions');
    last = reader.uint(1);
    extensions.push(last & 0x7f);
  }
  return extensions;
}

function find(ranges: readonly VifRange[], code: number): Vif {
  const range = ranges.find(({ from, steps }) => code >= from && code < from + steps);
  return { range, offset: range ? code - range.from : 0 };
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
  if (length < 0xc0) return [...reader.ascii(length)].reverse().join('');
  const base = [0xc0, 0xd0, 0xe0, 0xf0].findLast((first) => length >= first) ?? 0xc0;
  if (length > base + (base === 0xf0 ? 0x0a : base === 0xe0 ? 0x0f : 0x09)) {
    throw new PayloadMismatch(`the variable length 0x${length.toString(16)} is reserved`);
  }
  reader.take(base === 0xf0 ? 4 * (length - 0xec) : length - base);
  return undefined;
}

/** Type G: a date without a zone. */
function dateOf(raw: number): string | undefined {
  const day = raw & 0x1f;
  const month = (raw >> 8) & 0x0f;
  const year = 2000 + (((raw >> 5) & 0x07) | ((raw >> 9) & 0x78));
  if (day === 0 || month === 0 || month > 12) return undefined;
  return `${year}-${pad(month)}-${pad(day)}`;
}

/** Type F: date and time without a zone; bit 7 of the first byte says that it is not valid. */
function dateTimeOf(raw: number): string | undefined {
  if (raw & 0x80) return undefined;
  const date = dateOf(raw >>> 16);
  return date === undefined ? undefined : `${date}T${pad((raw >> 8) & 0x1f)}:${pad(raw & 0x3f)}:00`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function timesPowerOfTen(value: number, power: number): number {
  return withoutFloatError(power < 0 ? value / 10 ** -power : value * 10 ** power);
}
