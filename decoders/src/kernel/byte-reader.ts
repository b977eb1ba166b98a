import { toDigits } from '../significant-digits.ts';

/** Bytes of a number as they lie in the payload: most or least significant first. */
export type Endian = 'be' | 'le';

/** A payload ended before what its format says: an expected outcome, turned into DECODE_FAILED by the kernel. */
export class PayloadTooShort extends Error {
  constructor(offset: number, count: number, length: number) {
    super(`${count} bytes wanted at offset ${offset}, the payload has ${length}`);
    this.name = 'PayloadTooShort';
  }
}

/** Reads a payload forwards; never beyond its end. Offsets are in bytes from the start of the payload. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.bytes.length - this.#offset;
  }

  seek(offset: number): void {
    this.#require(offset, 0);
    this.#offset = offset;
  }

  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.bytes.subarray(start, start + count);
  }

  uint(size: 1 | 2 | 3 | 4, endian: Endian = 'be'): number {
    const at = this.#advance(size);
    const little = endian === 'le';
    switch (size) {
      case 1:
        return this.#view.getUint8(at);
      case 2:
        return this.#view.getUint16(at, little);
      case 3:
        return little
          ? this.#view.getUint16(at, true) + this.#view.getUint8(at + 2) * 0x1_0000
          : this.#view.getUint8(at) * 0x1_0000 + this.#view.getUint16(at + 1);
      case 4:
        return this.#view.getUint32(at, little);
    }
  }

  int(size: 1 | 2 | 3 | 4, endian: Endian = 'be'): number {
    const unsigned = this.uint(size, endian);
    const range = 2 ** (8 * size);
    return unsigned < range / 2 ? unsigned : unsigned - range;
  }

  uint64(endian: Endian = 'be'): bigint {
    return this.#view.getBigUint64(this.#advance(8), endian === 'le');
  }

  int64(endian: Endian = 'be'): bigint {
    return this.#view.getBigInt64(this.#advance(8), endian === 'le');
  }

  float32(endian: Endian = 'be'): number {
    return shortestFloat32(this.#view.getFloat32(this.#advance(4), endian === 'le'));
  }

  /** Half precision, as the shortest decimal that is this number. */
  float16(endian: Endian = 'be'): number {
    return shortestFloat16(float16Of(this.uint(2, endian)));
  }

  float64(endian: Endian = 'be'): number {
    return this.#view.getFloat64(this.#advance(8), endian === 'le');
  }

  /** 4 bits of exponent, 12 of mantissa: 0 to just below 1. */
  uflt16(endian: Endian = 'be'): number {
    const raw = this.uint(2, endian);
    return ((raw & 0x0fff) / 0x1000) * 2 ** ((raw >> 12) - 15);
  }

  /** Sign, 4 bits of exponent, 11 of mantissa: just above -1 to just below 1. */
  sflt16(endian: Endian = 'be'): number {
    const raw = this.uint(2, endian);
    const magnitude = ((raw & 0x07ff) / 0x0800) * 2 ** (((raw >> 11) & 0x0f) - 15);
    return raw & 0x8000 && magnitude !== 0 ? -magnitude : magnitude;
  }

  /** Packed BCD; a nibble above 9 makes it not a number, and so absent. */
  bcd(size: number, endian: Endian = 'be'): number {
    const bytes = [...this.take(size)];
    if (endian === 'le') bytes.reverse();
    return bcdOf(bytes);
  }

  ascii(size: number): string {
    return String.fromCharCode(...this.take(size));
  }

  #advance(count: number): number {
    this.#require(this.#offset, count);
    const at = this.#offset;
    this.#offset += count;
    return at;
  }

  #require(offset: number, count: number): void {
    if (offset < 0 || offset + count > this.bytes.length) {
      throw new PayloadTooShort(offset, count, this.bytes.length);
    }
  }
}

/** Value of packed BCD digits, most significant byte first; NaN when a nibble is no digit. */
export function bcdOf(bytes: Iterable<number>): number {
  let value = 0;
  for (const byte of bytes) {
    const high = byte >> 4;
    const low = byte & 0x0f;
    if (high > 9 || low > 9) return Number.NaN;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

/** The shortest decimal that is this single-precision number: 230.1 rather than 230.10000610351562. */
function shortestFloat32(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const shortened = toDigits(value, digits);
    if (Math.fround(shortened) === value) return shortened;
  }
  return toDigits(value, 9);
}

/** IEEE 754 half precision. */
export function float16Of(raw: number): number {
  const fraction = raw & 0x03ff;
  const exponent = (raw >> 10) & 0x1f;
  const sign = raw & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 0x400) * 2 ** (exponent - 15);
}

/** The shortest decimal that is this half-precision number. */
function shortestFloat16(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  // numbers below the smallest normal one are as far apart as that one from the next
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  for (let digits = 3; digits < 6; digits++) {
    const shortened = toDigits(value, digits);
    if (Math.abs(shortened - value) < step / 2) return shortened;
  }
  return value;
}

/** Bits of an unsigned number: `first` is the least significant one, 0-based. */
export function bitsOf(value: number, [first, count]: readonly [number, number]): number {
  return Math.floor(value / 2 ** first) % 2 ** count;
}

export function fromHex(hex: string): Uint8Array | undefined {
  const digits = hex.replaceAll(/[\s:-]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
