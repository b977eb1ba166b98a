import type { ByteReader, Endian } from './byte-reader.ts';
import type { Field, FieldType } from './payload-layout.ts';
import { wideInt, wideUint } from './wide-integer.ts';

const TEXT_LENGTH = 256;

export type Raw = number | bigint | string;

type Read = (reader: ByteReader, order: Endian, length: number | 'rest', radix: Field['radix']) => Raw;

/** How each type of a field is read at the cursor. */
export const FIELD_TYPES: Readonly<Record<FieldType, Read>> = {
  uint8: (reader) => reader.uint(1),
  int8: (reader) => reader.int(1),
  uint16: (reader, order) => reader.uint(2, order),
  int16: (reader, order) => reader.int(2, order),
  uint24: (reader, order) => reader.uint(3, order),
  int24: (reader, order) => reader.int(3, order),
  uint32: (reader, order) => reader.uint(4, order),
  int32: (reader, order) => reader.int(4, order),
  uint40: (reader, order) => wideUint(reader, 5, order),
  int40: (reader, order) => wideInt(reader, 5, order),
  uint48: (reader, order) => wideUint(reader, 6, order),
  int48: (reader, order) => wideInt(reader, 6, order),
  uint64: (reader, order) => reader.uint64(order),
  int64: (reader, order) => reader.int64(order),
  float16: (reader, order) => reader.float16(order),
  float32: (reader, order) => reader.float32(order),
  float64: (reader, order) => reader.float64(order),
  uflt16: (reader, order) => reader.uflt16(order),
  sflt16: (reader, order) => reader.sflt16(order),
  bcd: (reader, order, length) => reader.bcd(bytesOf(reader, length), order),
  ascii: (reader, _order, length, radix) => textOrNumber(reader.ascii(bytesOf(reader, length)), radix),
};

function bytesOf(reader: ByteReader, length: number | 'rest'): number {
  return length === 'rest' ? reader.remaining : length;
}

function textOrNumber(text: string, radix: Field['radix']): string | number {
  const printable = text
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, TEXT_LENGTH);
  if (radix === undefined) return printable;
  if (radix === 16) return /^[0-9A-Fa-f]+$/.test(printable) ? Number.parseInt(printable, 16) : Number.NaN;
  return /^[+-]?[0-9]+(\.[0-9]+)?$/.test(printable) ? Number(printable) : Number.NaN;
}
