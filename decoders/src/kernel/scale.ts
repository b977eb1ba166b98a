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
export type Scaler = (raw: number | bigint) => number | string | undefined;

/** Reads a scaling once, for all the raw numbers that come later. */
export function scalerOf({ scale = 1, offset = 0, states, otherwise, absent }: Scaling): Scaler {
  return (raw) => {
    if (absent?.includes(raw)) return undefined;
    if (typeof raw === 'number' && !Number.isFinite(raw)) return undefined;
    if (states) return states[Number(raw)] ?? otherwise;
    if (typeof raw === 'bigint') return scaledBigInt(raw, scale, offset);
    const scaled = scale === 1 ? raw : withoutFloatError(raw * scale);
    return offset === 0 ? scaled : withoutFloatError(scaled + offset);
  };
}

export function scaledValue(raw: number | bigint, scaling: Scaling): number | string | undefined {
  return scalerOf(scaling)(raw);
}

/** Counters of 64 bits: exact as long as the result is a safe integer; what is beyond is no real count. */
function scaledBigInt(raw: bigint, scale: number, offset: number): number | undefined {
  const value = Number.isInteger(scale) ? Number(raw * BigInt(scale)) : withoutFloatError(Number(raw) * scale);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? withoutFloatError(value + offset) : undefined;
}
