import { withoutFloatError } from '../units.ts';
import { ByteReader } from './byte-reader.ts';

const ABSOLUTE = 0;
const DECREMENTS = 2;
const SIGNED = 3;
/** Spacing 254 means months, as many as the unit says; 251 to 253 and 255 are reserved. */
const MONTHS = 254;
const MONTHS_BY_UNIT: Readonly<Record<number, number>> = { 1: 6, 2: 3, 3: 1 };
const SPACING_MS = [1_000, 60_000, 3_600_000, 86_400_000] as const;
const MOST_SPACING = 250;

/**
 * An inverse compact profile (EN 13757-3, annex F): a byte of how (size of an element, unit and sign), one of how far
 * apart, then the differences, newest first. It ends where an element is not valid, since what is before it is unknown.
 */
export function profileOf(
  { bytes, power }: { bytes: Uint8Array; power: number },
  newest: number,
  newestAt: number,
): { at: number; value: number }[] {
  const [control = 0, spacing = 0] = bytes;
  const size = control & 0x0f;
  const unit = (control >> 4) & 3;
  const mode = control >> 6;
  if (size < 1 || size > 4 || mode === ABSOLUTE) return [];
  const reader = new ByteReader(bytes.subarray(2));
  const values: { at: number; value: number }[] = [];
  let value = newest;
  while (reader.remaining >= size) {
    const difference = differenceOf(reader, size as 1 | 2 | 3 | 4, mode);
    const at = earlier(newestAt, unit, spacing, values.length + 1);
    if (difference === undefined || at === undefined) break;
    const change = power < 0 ? difference / 10 ** -power : difference * 10 ** power;
    value = withoutFloatError(mode === DECREMENTS ? value + change : value - change);
    values.push({ at, value });
  }
  return values;
}

function differenceOf(reader: ByteReader, size: 1 | 2 | 3 | 4, mode: number): number | undefined {
  if (mode !== SIGNED) {
    const raw = reader.uint(size, 'le');
    return raw === 2 ** (8 * size) - 1 ? undefined : raw;
  }
  const raw = reader.int(size, 'le');
  return raw === -(2 ** (8 * size - 1)) ? undefined : raw;
}

function earlier(from: number, unit: number, spacing: number, steps: number): number | undefined {
  const months = spacing === MONTHS ? MONTHS_BY_UNIT[unit] : undefined;
  if (months !== undefined) {
    const date = new Date(from);
    return date.setUTCMonth(date.getUTCMonth() - months * steps);
  }
  const apart = SPACING_MS[unit];
  return spacing === 0 || spacing > MOST_SPACING || apart === undefined ? undefined : from - apart * spacing * steps;
}
