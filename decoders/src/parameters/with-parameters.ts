import type { Reading } from '@vigie/contract';
import type { Decoded, Model } from '../definition.ts';
import { withoutFloatError } from '../units.ts';
import type { Derivation, Term } from './derivation.ts';
import { type ParameterValue, type ParameterValues, parameterOf } from './parameter.ts';
import { fillOf } from './vessel.ts';

type Lookup = (name: string) => ParameterValue | undefined;

/** What a device said, and what follows from it by the parameters of this one device; after decoding, before normalising. */
export function withParameters(model: Model, given: ParameterValues | undefined, decoded: Decoded): Decoded {
  const { derived, parameters } = model;
  if (!derived) return decoded;
  const lookUp: Lookup = (name) => parameterOf(parameters, given, name);
  const { samples } = decoded;
  return {
    ...decoded,
    readings: extended(decoded.readings, derived, lookUp),
    ...(samples && {
      samples: samples.map((sample) => ({ ...sample, readings: extended(sample.readings, derived, lookUp) })),
    }),
  };
}

/** One derivation after the other: each also sees what those before it made, and no more what they replaced. */
function extended(readings: readonly Reading[], derived: readonly Derivation[], lookUp: Lookup): Reading[] {
  let known = [...readings];
  for (const derivation of derived.filter((one) => applies(one, lookUp))) {
    const made: Reading[] = [];
    const replaced = new Set<Reading>();
    for (const source of known.filter((reading) => isSource(reading, derivation))) {
      const reading = derivedFrom(source, derivation, lookUp);
      if (!reading) continue;
      made.push(reading);
      if (derivation.replaces) replaced.add(source);
    }
    known = [...known.filter((reading) => !replaced.has(reading)), ...made];
  }
  return known;
}

function applies({ when }: Derivation, lookUp: Lookup): boolean {
  return when === undefined || lookUp(when.parameter) === when.equals;
}

function isSource({ quantity, channel }: Reading, { from }: Derivation): boolean {
  return quantity === from.quantity && (from.each === true || channel === from.channel);
}

function derivedFrom(source: Reading, derivation: Derivation, lookUp: Lookup): Reading | undefined {
  const { to, from } = derivation;
  const quantity =
    typeof to.quantity === 'string' ? to.quantity : to.quantity.map[String(lookUp(to.quantity.parameter))];
  const value = typeof source.value === 'number' ? derivedValue(source.value, derivation, lookUp) : undefined;
  if (quantity === undefined || value === undefined) return undefined;
  const { channel: _, ...rest } = source;
  const channel = from.each ? source.channel : to.channel;
  return { ...rest, quantity, ...(channel === undefined ? {} : { channel }), value };
}

function derivedValue(
  value: number,
  { factor = 1, offset = 0, vessel }: Derivation,
  lookUp: Lookup,
): number | undefined {
  if (vessel) {
    const [height, gap] = [termOf(vessel.height, lookUp), termOf(vessel.gap ?? 0, lookUp)];
    const shape = vessel.shape ? lookUp(vessel.shape.parameter) : 'upright';
    return height === undefined || gap === undefined ? undefined : fillOf(height + gap - value, height, String(shape));
  }
  const [times, plus] = [termOf(factor, lookUp), termOf(offset, lookUp)];
  return times === undefined || plus === undefined
    ? undefined
    : withoutFloatError(withoutFloatError(value * times) + plus);
}

function termOf(term: Term, lookUp: Lookup): number | undefined {
  if (typeof term === 'number') return term;
  const value = lookUp(term.parameter);
  return typeof value === 'number' ? value : undefined;
}
