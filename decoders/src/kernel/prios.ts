import { ByteReader } from './byte-reader.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

type Value = ParsedPayload['values'][number];

const HEADER_BYTES = 15;
/** The two keys that meters without one of their own have, each half exclusive-or the other. */
const KEYS = [(0x39bc8a10 ^ 0xe66d83f8) >>> 0, (0x51728910 ^ 0xe66d83f8) >>> 0];
/** Bits of the shift register whose sum is the next one. */
const TAPS = [1, 2, 11, 31];
/** The one byte by which a key proves right. */
const MARK = 0x4b;
/** More than a meter of a house or a district counts in its life, in litres. */
const MOST_LITRES = 99_999_999;
/** By so much, in litres, water that ran back can have put the volume below that of the due date. */
const MOST_BACKWARDS_LITRES = 10_000;
const HALF_YEAR_DAYS = 365.25 / 2;

/**
 * Diehl's PRIOS (IZAR RC 868 I R4 PL): flags in clear, then the volume masked by a shift register of 32 bits that the
 * key, the address and the first bytes of the telegram start. Gives litres, flags as 0 and 1, days and seconds by name.
 */
export function priosValues(telegram: Uint8Array, address: { manufacturer: string }): Value[] {
  const content = unmasked(telegram);
  if (!content) throw new PayloadMismatch('the meter has a key of its own, or its telegram was damaged');
  return [...volumes(content), ...flags(telegram), ...printed(telegram, address.manufacturer)];
}

function unmasked(telegram: Uint8Array): Uint8Array | undefined {
  if (telegram.length < HEADER_BYTES + 5) throw new PayloadMismatch('the telegram is too short for PRIOS');
  return KEYS.map((key) => shifted(telegram, key)).find((content) => content[0] === MARK && isPlausible(content));
}

function shifted(telegram: Uint8Array, key: number): Uint8Array {
  const view = new DataView(telegram.buffer, telegram.byteOffset, telegram.byteLength);
  let register = key ^ view.getUint32(2) ^ view.getUint32(6) ^ view.getUint32(10);
  return telegram.subarray(HEADER_BYTES).map((byte) => {
    for (let bit = 0; bit < 8; bit++) {
      register = (register << 1) | (TAPS.reduce((sum, tap) => sum ^ (register >>> tap), 0) & 1);
    }
    return byte ^ (register & 0xff);
  });
}

/** The mark is right by chance in one of 256: then the volumes, or the date of the earlier one, are hardly possible. */
function isPlausible(content: Uint8Array): boolean {
  const { total, due, date } = readContent(content);
  if (total > MOST_LITRES) return false;
  return due === undefined || (due <= total + MOST_BACKWARDS_LITRES && date !== 'impossible');
}

interface Content {
  total: number;
  due?: number;
  date?: string | undefined;
}

function readContent(content: Uint8Array): Content {
  const reader = new ByteReader(content);
  reader.take(1);
  const total = reader.uint(4, 'le');
  if (reader.remaining < 6) return { total };
  return { total, due: reader.uint(4, 'le'), date: dateOf(reader.uint(2, 'le')) };
}

/** Type G of M-Bus; nothing is set where all is zero. */
function dateOf(raw: number): string | undefined {
  if (raw === 0) return undefined;
  const day = raw & 0x1f;
  const month = (raw >> 8) & 0x0f;
  const year = 2000 + (((raw >> 5) & 0x07) | ((raw >> 9) & 0x78));
  if (day === 0 || month === 0 || month > 12 || year > 2080) return 'impossible';
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function volumes(content: Uint8Array): Value[] {
  const { total, due, date } = readContent(content);
  return [
    { name: 'volumeL', value: total },
    ...(due === undefined || date === undefined
      ? []
      : [
          { name: 'dueVolumeL', value: due },
          { name: 'dueDate', value: date },
        ]),
  ];
}

function flags(telegram: Uint8Array): Value[] {
  const [first = 0, second = 0, third = 0] = telegram.subarray(11, 14);
  return [
    { name: 'leak', value: second >> 7 },
    { name: 'blocked', value: (second >> 5) & 1 },
    { name: 'backflow', value: third >> 7 },
    // of the sensor (bit 3) or mechanical (bit 1)
    { name: 'tamper', value: third & 0b1010 ? 1 : 0 },
    { name: 'batteryDays', value: (second & 0x1f) * HALF_YEAR_DAYS },
    { name: 'intervalS', value: 2 ** ((first & 0x0f) + 2) },
  ];
}

/** The number printed on meters of SAP is in the address: letter of the supplier, year, letters of type and diameter. */
function printed(telegram: Uint8Array, manufacturer: string): Value[] {
  if (manufacturer !== 'SAP') return [];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = telegram.subarray(4, 10);
  const digits = String(((d & 0x03) << 24) | (c << 16) | (b << 8) | a).padStart(8, '0');
  const letter = (code: number): string => String.fromCharCode(64 + code);
  const supplier = letter(((f & 0x0f) << 1) | (e >> 7));
  const type = letter((e & 0x7c) >> 2);
  const diameter = letter(((e & 0x03) << 3) | (d >> 5));
  return [{ name: 'serial', value: `${supplier}${digits.slice(0, 2)}${type}${diameter}${digits.slice(2)}` }];
}
