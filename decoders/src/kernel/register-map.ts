import type { Reading } from '@vigie/contract';
import type {
  ByteOrder,
  DecodeOutcome,
  ModbusDefinition,
  RegisterImage,
  RegisterPoint,
  RegisterType,
} from '../definition.ts';
import { withoutFloatError } from '../units.ts';
import { ByteReader, bitsOf } from './byte-reader.ts';
import { scaledValue } from './scale.ts';

const WIDTHS: Readonly<Record<Exclude<RegisterType, 'string'>, number>> = {
  bit: 1,
  uint16: 1,
  int16: 1,
  bcd16: 1,
  uint32: 2,
  int32: 2,
  float32: 2,
  bcd32: 2,
  uint64: 4,
  int64: 4,
  float64: 4,
};

/** SunSpec scale factors run from −10 to 10; 0x8000 is "not implemented" (Device Information Model, section 4.5). */
const MAX_SCALE_POWER = 10;

/** How many registers (or coils) a value takes. */
export function widthOf({ type, length }: Pick<RegisterPoint, 'type' | 'length'>): number {
  return type === 'string' ? (length ?? 1) : WIDTHS[type];
}

/**
 * The readings that a device's registers hold, in the order of its definition. A value that was not read, is marked
 * absent or is not a number gives no reading. A later point of the same quantity and channel replaces the earlier
 * one, so that a fault bit can outrank a state.
 */
export function decodeRegisters(definition: ModbusDefinition, image: RegisterImage): DecodeOutcome {
  const readings: Reading[] = [];
  for (const point of definition.registers) {
    const value = readPoint(point, image);
    if (value === undefined) continue;
    const { quantity, channel } = point;
    const reading: Reading = { quantity, ...(channel === undefined ? {} : { channel }), value };
    const known = readings.findIndex((other) => other.quantity === quantity && other.channel === channel);
    if (known >= 0) readings[known] = reading;
    else readings.push(reading);
  }
  if (readings.length === 0) return { ok: false, code: 'DECODE_EMPTY', message: 'no register gave a reading' };
  return { ok: true, decoded: { readings } };
}

function readPoint(point: RegisterPoint, image: RegisterImage): number | string | undefined {
  const words = image.words(point.table, point.address, widthOf(point));
  if (!words) return undefined;
  if (point.type === 'string') return textOf(words, point.order ?? 'ABCD');
  const whole = rawOf(point.type, bytesOf(words, point.order ?? 'ABCD'));
  if (point.absent?.some((absent) => absent === whole)) return undefined;
  const raw = point.bits ? bitsOf(Number(whole), point.bits) : whole;
  const value = scaledValue(raw, point);
  if (typeof value !== 'number' || point.scaleRegister === undefined) return value;
  return scaledByRegister(value, point, image);
}

function scaledByRegister(
  value: number,
  { table, scaleRegister = 0 }: RegisterPoint,
  image: RegisterImage,
): number | undefined {
  const [word] = image.words(table, scaleRegister, 1) ?? [];
  if (word === undefined || word === 0x8000) return undefined;
  const power = word >= 0x8000 ? word - 0x1_0000 : word;
  if (Math.abs(power) > MAX_SCALE_POWER) return undefined;
  return withoutFloatError(power < 0 ? value / 10 ** -power : value * 10 ** power);
}

function rawOf(type: Exclude<RegisterType, 'string'>, bytes: Uint8Array): number | bigint {
  const reader = new ByteReader(bytes);
  switch (type) {
    case 'bit':
      return reader.uint(2) === 0 ? 0 : 1;
    case 'uint16':
      return reader.uint(2);
    case 'int16':
      return reader.int(2);
    case 'uint32':
      return reader.uint(4);
    case 'int32':
      return reader.int(4);
    case 'uint64':
      return reader.uint64();
    case 'int64':
      return reader.int64();
    case 'float32':
      return reader.float32();
    case 'float64':
      return reader.float64();
    case 'bcd16':
      return reader.bcd(2);
    case 'bcd32':
      return reader.bcd(4);
  }
}

/**
 * The bytes of a value, most significant first. A letter is one byte of a 32-bit value as it comes on the wire; for
 * other widths the order says whether words come in reverse (CDAB, DCBA) and whether bytes are swapped in each word
 * (BADC, DCBA).
 */
export function bytesOf(words: readonly number[], order: ByteOrder): Uint8Array {
  const reverseWords = order === 'CDAB' || order === 'DCBA';
  const swapBytes = order === 'BADC' || order === 'DCBA';
  const bytes = new Uint8Array(words.length * 2);
  words.forEach((word, index) => {
    const place = 2 * (reverseWords ? words.length - 1 - index : index);
    bytes[place] = swapBytes ? word & 0xff : word >> 8;
    bytes[place + 1] = swapBytes ? word >> 8 : word & 0xff;
  });
  return bytes;
}

/** The words of a value whose bytes are given most significant first: the reverse of `bytesOf`. */
export function wordsOf(bytes: Uint8Array, order: ByteOrder): number[] {
  const plain = Array.from(
    { length: bytes.length / 2 },
    (_, index) => 256 * (bytes[2 * index] ?? 0) + (bytes[2 * index + 1] ?? 0),
  );
  const ordered = bytesOf(plain, order);
  return Array.from(
    { length: ordered.length / 2 },
    (_, index) => 256 * (ordered[2 * index] ?? 0) + (ordered[2 * index + 1] ?? 0),
  );
}

function textOf(words: readonly number[], order: ByteOrder): string | undefined {
  const inOrder = bytesOf(words, order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD');
  const text = String.fromCharCode(...inOrder)
    .replace(/\0[\s\S]*$/, '')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim();
  return text === '' ? undefined : text;
}

/** Where the counter of a point rolls over, in the vocabulary's unit; `undefined` for floats and 64-bit integers. */
export function rollOverOf({ type, scale = 1 }: RegisterPoint): number | undefined {
  const moduli: Partial<Record<RegisterType, number>> = {
    uint16: 2 ** 16,
    uint32: 2 ** 32,
    int32: 2 ** 31,
    bcd16: 10 ** 4,
    bcd32: 10 ** 8,
  };
  const modulus = moduli[type];
  return modulus === undefined ? undefined : withoutFloatError(modulus * scale);
}
