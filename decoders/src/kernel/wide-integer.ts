import type { ByteReader, Endian } from './byte-reader.ts';

/** An unsigned integer of 5 or 6 bytes; it is exact as a number. */
export function wideUint(reader: ByteReader, bytes: 5 | 6, order: Endian): number {
  const taken = [...reader.take(bytes)];
  if (order === 'le') taken.reverse();
  return taken.reduce((value, byte) => value * 256 + byte, 0);
}

export function wideInt(reader: ByteReader, bytes: 5 | 6, order: Endian): number {
  const unsigned = wideUint(reader, bytes, order);
  const range = 2 ** (8 * bytes);
  return unsigned < range / 2 ? unsigned : unsigned - range;
}
