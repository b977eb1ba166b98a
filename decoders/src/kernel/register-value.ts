import type { ByteOrder, RegisterType } from '../definition.ts';
import { ByteReader, bcdOf, float16Of } from './byte-reader.ts';

export type NumberType = Exclude<RegisterType, 'string' | 'digits'>;

/** How many registers (or coils) a number takes. */
export const REGISTER_WIDTHS: Readonly<Record<NumberType, number>> = {
  bit: 1,
  uint8: 1,
  int8: 1,
  uint16: 1,
  int16: 1,
  uint24: 2,
  int24: 2,
  uint32: 2,
  int32: 2,
  uint48: 3,
  int48: 3,
  uint64: 4,
  int64: 4,
  float16: 1,
  float32: 2,
  float64: 4,
  bcd16: 1,
  bcd32: 2,
  bcd48: 3,
  bcd64: 4,
  signMagnitude16: 1,
  signMagnitude32: 2,
  mod10k32: 2,
  mod10k48: 3,
  mod10k64: 4,
};

const MOD10K_BASE = 10_000;

/** Bits that the raw value of a type has, which a sentinel in hexadecimal must fit. */
export function bitsIn(type: NumberType): number {
  if (type === 'bit') return 1;
  if (type === 'uint8' || type === 'int8') return 8;
  if (type === 'uint24' || type === 'int24') return 24;
  return REGISTER_WIDTHS[type] * 16;
}

export function isSigned(type: NumberType): boolean {
  return /^(int|signMagnitude|mod10k|float)/.test(type);
}

/** Types of 64 bits are exact only as big integers. */
export function isWide(type: NumberType): boolean {
  return type === 'uint64' || type === 'int64';
}

/** The number in bytes that are most significant first; NaN where they are none of this type. */
export function rawOf(type: NumberType, bytes: Uint8Array, half: 'high' | 'low' = 'low'): number | bigint {
  const reader = new ByteReader(bytes);
  switch (type) {
    case 'uint16':
      return reader.uint(2);
    case 'int16':
      return reader.int(2);
    case 'uint32':
      return reader.uint(4);
    case 'int32':
      return reader.int(4);
    case 'float32':
      return reader.float32();
    case 'uint64':
      return reader.uint64();
    case 'int64':
      return reader.int64();
    case 'float64':
      return reader.float64();
    case 'bit':
      return reader.uint(2) === 0 ? 0 : 1;
    default:
      return rareOf(type, bytes, half);
  }
}

type RareType = Exclude<
  NumberType,
  'bit' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float32' | 'float64'
>;

function rareOf(type: RareType, bytes: Uint8Array, half: 'high' | 'low'): number {
  switch (type) {
    case 'uint8':
      return bytes[half === 'high' ? 0 : 1] ?? 0;
    case 'int8':
      return signedOf(bytes[half === 'high' ? 0 : 1] ?? 0, 8);
    case 'uint24':
      return unsignedOf(bytes.subarray(1));
    case 'int24':
      return signedOf(unsignedOf(bytes.subarray(1)), 24);
    case 'uint48':
      return unsignedOf(bytes);
    case 'int48':
      return signedOf(unsignedOf(bytes), 48);
    case 'float16':
      return float16Of(unsignedOf(bytes));
    case 'bcd16':
    case 'bcd32':
    case 'bcd48':
    case 'bcd64': {
      const value = bcdOf(bytes);
      return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
    }
    case 'signMagnitude16':
    case 'signMagnitude32': {
      const limit = 2 ** (bytes.length * 8 - 1);
      const raw = unsignedOf(bytes);
      // Minus zero is zero.
      return raw < limit ? raw : 0 - (raw - limit);
    }
    case 'mod10k32':
    case 'mod10k48':
    case 'mod10k64':
      return mod10kOf(bytes);
  }
}

/** Each register is a digit to the base 10,000 with the sign of the whole; one beyond 9,999 means "not available". */
function mod10kOf(bytes: Uint8Array): number {
  let value = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    const digit = signedOf(unsignedOf(bytes.subarray(at, at + 2)), 16);
    if (Math.abs(digit) >= MOD10K_BASE) return Number.NaN;
    value = value * MOD10K_BASE + digit;
  }
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function unsignedOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function signedOf(value: number, bits: number): number {
  return value < 2 ** (bits - 1) ? value : value - 2 ** bits;
}

/**
 * Bits `first` to `first + count − 1` of a number, the least significant being 0, also of a negative one and above bit 31.
 * `signed`: the highest of them is the sign.
 */
export function bitField(raw: number | bigint, [first, count]: readonly [number, number], signed: boolean): number {
  if (typeof raw === 'bigint' || raw < 0) {
    const field = (BigInt.asUintN(64, BigInt(raw)) >> BigInt(first)) & ((1n << BigInt(count)) - 1n);
    return Number(signed ? BigInt.asIntN(count, field) : field);
  }
  const field = Math.floor(raw / 2 ** first) % 2 ** count;
  return signed ? signedOf(field, count) : field;
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
