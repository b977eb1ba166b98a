import { withoutFloatError } from '../units.ts';

/** How a raw number becomes a value where a straight line does not say it. */
export type Curve =
  /** c0 + c1·x + c2·x² … */
  | { polynomial: readonly number[] }
  /** Straight between the points, raw values rising; outside of them the value is absent. */
  | { points: readonly (readonly [raw: number, value: number])[] };

/** The value of a raw number, `undefined` where the curve has none. */
export function curveValue(raw: number, curve: Curve): number | undefined {
  if ('polynomial' in curve) {
    return withoutFloatError(curve.polynomial.reduceRight((sum, coefficient) => sum * raw + coefficient, 0));
  }
  const { points } = curve;
  const next = points.findIndex(([from]) => from >= raw);
  const [right, left] = [points[next], points[next - 1]];
  if (!right) return undefined;
  if (right[0] === raw) return right[1];
  if (!left) return undefined;
  const share = (raw - left[0]) / (right[0] - left[0]);
  return withoutFloatError(left[1] + share * (right[1] - left[1]));
}
