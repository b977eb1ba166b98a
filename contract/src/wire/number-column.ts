import type { ByteReader, ByteWriter } from './bytes.ts';

const MAX_DECIMALS = 6;
const FLOATS = 0xff;
/** Differences must stay exact in zigzag form. */
const MAX_SCALED = 2 ** 50;

/**
 * Numbers of one place in many records. Each is told as the difference from the number of the same device before it, or
 * from the number before it. Decimals become integers by the smallest power of ten that is exact; what no power makes
 * exact is kept as IEEE 754 doubles.
 */
export function writeNumbers(writer: ByteWriter, values: readonly number[], previous: Int32Array): void {
  const decimals = decimalsOf(values);
  if (decimals === undefined) {
    writer.byte(FLOATS);
    for (const value of values) writer.float64(value);
    return;
  }
  writer.byte(decimals);
  const factor = 10 ** decimals;
  const scaled = values.map((value) => Math.round(value * factor));
  scaled.forEach((value, index) => {
    const difference = value - predicted(scaled, previous, index);
    writer.varint(difference < 0 ? -2 * difference - 1 : 2 * difference);
  });
}

export function readNumbers(reader: ByteReader, count: number, previous: Int32Array): number[] {
  const decimals = reader.byte();
  if (decimals === FLOATS) return Array.from({ length: count }, () => reader.float64());
  if (decimals > MAX_DECIMALS) throw new RangeError(`${decimals} decimals`);
  const factor = 10 ** decimals;
  const scaled: number[] = [];
  for (let index = 0; index < count; index++) {
    const code = reader.varint();
    const difference = code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    scaled.push(predicted(scaled, previous, index) + difference);
  }
  return scaled.map((value) => value / factor);
}

function predicted(scaled: readonly number[], previous: Int32Array, index: number): number {
  const before = previous[index] ?? -1;
  return before >= 0 ? (scaled[before] ?? 0) : index > 0 ? (scaled[index - 1] ?? 0) : 0;
}

function decimalsOf(values: readonly number[]): number | undefined {
  let decimals = 0;
  for (const value of values) {
    while (!isExact(value, decimals)) if (++decimals > MAX_DECIMALS) return undefined;
  }
  return values.every((value) => isExact(value, decimals)) ? decimals : undefined;
}

function isExact(value: number, decimals: number): boolean {
  const factor = 10 ** decimals;
  const scaled = Math.round(value * factor);
  return Math.abs(scaled) < MAX_SCALED && scaled / factor === value && !Object.is(value, -0);
}
