import { withoutFloatError } from '../units.ts';

/** Percent of a vessel that are full up to `level` of its `height`; `undefined` for no vessel. */
export function fillOf(level: number, height: number, shape: string): number | undefined {
  if (!(height > 0)) return undefined;
  const part = Math.min(1, Math.max(0, level / height));
  return withoutFloatError(100 * (SHARES[shape] ?? SHARES.upright ?? ((share) => share))(part));
}

/** Share of the volume below a share of the height. */
const SHARES: Readonly<Record<string, (part: number) => number>> = {
  upright: (part) => part,
  // Segment of a circle of radius 1/2, over the whole circle.
  lying: (part) => (Math.acos(1 - 2 * part) - (1 - 2 * part) * Math.sqrt(4 * part * (1 - part))) / Math.PI,
  // Cap of a ball of diameter 1, over the whole ball.
  ball: (part) => part * part * (3 - 2 * part),
};
