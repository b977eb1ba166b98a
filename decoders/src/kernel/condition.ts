import { bitsOf } from './byte-reader.ts';
import type { Condition } from './payload-layout.ts';

/** Whether a number is what a condition asks for; none never is. */
export function fits(whole: number | undefined, { bits, equals, not, atLeast, below }: Condition): boolean {
  if (whole === undefined) return false;
  const value = bits ? bitsOf(whole, bits) : whole;
  if (equals !== undefined && !among(value, equals)) return false;
  if (atLeast !== undefined && value < atLeast) return false;
  if (below !== undefined && value >= below) return false;
  return not === undefined || !among(value, not);
}

function among(value: number, wanted: number | readonly number[]): boolean {
  return typeof wanted === 'number' ? value === wanted : wanted.includes(value);
}
