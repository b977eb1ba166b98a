import { VigieError } from '@vigie/contract';
import { type ByteOrder, wordsOf } from '@vigie/decoders';

/** Types that a technician writes; `auto` takes words, and negative ones as 16 bits. */
export const WRITE_TYPES = [
  'auto',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
] as const;
export type WriteType = (typeof WRITE_TYPES)[number];

const WORD = 0xffff;

/** The registers that a typed number fills. Throws CONFIG_INVALID with what would fit. */
export function wordsOfTyped(text: string, type: WriteType, order: ByteOrder): number[] {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new VigieError('CONFIG_INVALID', `${text} is no number`);
  if (type === 'auto') return [wordOf(text, value)];
  if (type === 'float32' || type === 'float64') return floatWords(text, value, type, order);
  if (!Number.isInteger(value))
    throw new VigieError('CONFIG_INVALID', `${text} is no whole number: add --type float32`);
  const bits = Number(type.replace(/^\D+/, ''));
  const whole = /^[+-]?\d+$/.test(text) ? BigInt(text) : BigInt(value);
  const fits = type.startsWith('u') ? BigInt.asUintN(bits, whole) === whole : BigInt.asIntN(bits, whole) === whole;
  if (!fits) throw new VigieError('CONFIG_INVALID', `${text} does not fit ${type}`);
  const unsigned = BigInt.asUintN(bits, whole);
  const bytes = Uint8Array.from({ length: bits / 8 }, (_, at) =>
    Number((unsigned >> BigInt(bits - 8 - 8 * at)) & 0xffn),
  );
  return wordsOf(bytes, order);
}

function wordOf(text: string, value: number): number {
  if (!Number.isInteger(value))
    throw new VigieError('CONFIG_INVALID', `${text} is no whole number: add --type float32`);
  if (value > WORD || value < -0x8000)
    throw new VigieError('CONFIG_INVALID', `${text} is wider than a register: add --type int32`);
  return value & WORD;
}

function floatWords(text: string, value: number, type: 'float32' | 'float64', order: ByteOrder): number[] {
  const view = new DataView(new ArrayBuffer(type === 'float32' ? 4 : 8));
  if (type === 'float64') view.setFloat64(0, value);
  else if (Number.isFinite(Math.fround(value))) view.setFloat32(0, value);
  else throw new VigieError('CONFIG_INVALID', `${text} does not fit float32`);
  return wordsOf(new Uint8Array(view.buffer), order);
}
