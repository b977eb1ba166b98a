import { withoutFloatError } from '../units.ts';

/** How a raw number of a device becomes a value of the vocabulary, as its definition says. */
export interface Scaling {
  /** raw × scale + offset gives the value in the vocabulary's unit. */
  scale?: number;
  offset?: number;
  /** Word for each raw value; a value without a word is absent, unless `otherwise` gives one. */
  states?: Readonly<Record<number, string>>;
  otherwise?: string;
  /** Raw values that mean "not implemented"; such a value is absent, never zero. */
  absent?: readonly (number | bigint | 'nan')[];
}

/** The value of a raw number, `undefined` where it is absent. */
export function scaledValue(raw: number | bigint, scaling: Scaling): number | string | undefined {
  if (scaling.absent?.some((absent) => absent === raw)) return undefined;
  if (typeof raw === 'number' && !Number.isFinite(raw)) return undefined;
  if (scaling.states) return scaling.states[Number(raw)] ?? scaling.otherwise;
  const { scale = 1, offset = 0 } = scaling;
  if (typeof raw === 'bigint') return scaledBigInt(raw, scale, offset);
  return scale === 1 && offset === 0 ? raw : withoutFloatError(withoutFloatError(raw * scale) + offset);
}

/** Counters of 64 bits: exact as long as the result is a safe integer; what is beyond is no real count. */
function scaledBigInt(raw: bigint, scale: number, offset: number): number | undefined {
  const value = Number.isInteger(scale) ? Number(raw * BigInt(scale)) : withoutFloatError(Number(raw) * scale);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? withoutFloatError(value + offset) : undefined;
}
