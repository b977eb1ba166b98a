import type { Reading } from '../../../contract/src/index.ts';
import type { DecodeOutcome, LorawanDefinition } from '../../../decoders/src/definition.ts';
import type { DeclaredLorawan } from '../../../decoders/src/kernel/lorawan.ts';
import type { Condition, Layout } from '../../../decoders/src/kernel/payload-layout.ts';
import { normalise } from '../../../decoders/src/normalise.ts';
import { findQuantity } from '../../../decoders/src/vocabulary.ts';

export type Fault = 'exceptions' | 'unmarkedOutOfBounds' | 'readingsFromUnknown' | 'plausibleFromTruncated';

export interface Judged {
  /** What was given, so that it can be given again. */
  seen: string;
  faults: readonly Fault[];
}

/** What is wrong with an outcome, of a frame that a layout knows or none does, whole or cut. */
export function judgeOutcome(
  outcome: DecodeOutcome,
  { isKnown, isCut }: { isKnown: boolean; isCut: boolean },
): readonly Fault[] {
  if (!outcome.ok) return [];
  const { readings, samples = [] } = outcome.decoded;
  const all = [readings, ...samples.map((sample) => sample.readings)];
  const faults: Fault[] = [];
  if (!isKnown && all.some((some) => some.length > 0)) faults.push('readingsFromUnknown');
  const delivered = all.flatMap((some) => normalise({ readings: some }).readings);
  if (delivered.some(isUnmarked)) faults.push('unmarkedOutOfBounds');
  if (isCut && delivered.some(({ quality }) => quality === undefined)) faults.push('plausibleFromTruncated');
  return faults;
}

function isUnmarked({ quantity, value, quality }: Reading): boolean {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = findQuantity(quantity) ?? {};
  if (typeof value !== 'number') return false;
  return !Number.isFinite(value) || (quality === undefined && (value < minimum || value > maximum));
}

/**
 * The layout that knows a frame: the first whose ports, length and content are those of the frame. It is told apart from
 * what the kernel does by a reading of its own of the definition's data.
 */
export function layoutOf(
  definition: LorawanDefinition,
  { fPort, bytes }: { fPort: number; bytes: Uint8Array },
): Layout | undefined {
  const { spec } = definition as DeclaredLorawan;
  return spec.uplinks.find(({ ports, length, when }) => {
    const [least, most] = typeof length === 'number' ? [length, length] : (length ?? [0, Number.POSITIVE_INFINITY]);
    const isOfPort = ports === 'any' || ports.includes(fPort);
    return isOfPort && bytes.length >= least && bytes.length <= most && (when === undefined || holds(when, bytes));
  });
}

function holds({ byte, bits, equals, not, atLeast, below, all = [], any }: Condition, bytes: Uint8Array): boolean {
  if (!all.every((one) => holds(one, bytes))) return false;
  if (any && !any.some((one) => holds(one, bytes))) return false;
  if (byte === undefined) return true;
  const whole = bytes[byte];
  if (whole === undefined) return false;
  const value = bits ? (whole >> bits[0]) & (2 ** bits[1] - 1) : whole;
  if (equals !== undefined && ![equals].flat().includes(value)) return false;
  if (not !== undefined && [not].flat().includes(value)) return false;
  return (atLeast === undefined || value >= atLeast) && (below === undefined || value < below);
}

/**
 * Whether a message of this kind that was cut to so many bytes shows it: it tells how long it is, ends as it must, has a
 * checksum, or is a row of messages of one length and was cut within one.
 */
export function showsItsCut({ lengthAt, ends, check, tellsLength, every }: Layout, cutTo: number): boolean {
  const isRow = every !== undefined && cutTo % every !== 0;
  return isRow || [lengthAt, ends, check, tellsLength].some((sign) => sign !== undefined);
}
