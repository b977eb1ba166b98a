import { type Violation, validate } from '@vigie/contract';
import { problemsOfDerivations } from '../parameters/check-derivations.ts';
import { convert } from '../units.ts';
import { findQuantity } from '../vocabulary.ts';
import { CodecMapping, type MappedReading } from './codec-mapping.ts';
import { problemOfTime } from './codec-time.ts';

export type MappingCheck = { ok: true; mapping: CodecMapping } | { ok: false; violations: Violation[] };

/** Checks a mapping file: its schema, and that its quantities, units and words are those of the vocabulary. */
export function checkMapping(value: unknown): MappingCheck {
  const checked = validate(CodecMapping, value);
  if (!checked.ok) return { ok: false, violations: checked.violations };
  const { readings, samples = [], deviceAt, parameters, derived } = checked.value;
  const times = [...(deviceAt ? [deviceAt] : []), ...samples.map(({ at }) => at)];
  const violations = [
    ...readings.flatMap(problemsAt('/readings')),
    ...samples.flatMap((sample, index) => sample.readings.flatMap(problemsAt(`/samples/${index}/readings`))),
    ...times.flatMap((time) => problemOfTime(time) ?? []).map((message) => ({ path: '/deviceAt/zone', message })),
    ...problemsOfDerivations(parameters, derived).map((message) => ({ path: '/derived', message })),
  ];
  return violations.length === 0 ? { ok: true, mapping: checked.value } : { ok: false, violations };
}

function problemsAt(place: string): (reading: MappedReading, index: number) => Violation[] {
  return (reading, index) => problemsOf(reading).map((message) => ({ path: `${place}/${index}`, message }));
}

function problemsOf({ path, quantity: name, unit, states, channel }: MappedReading): string[] {
  const quantity = findQuantity(name);
  if (!quantity) return [`${name} is not in the vocabulary`];
  const problems: string[] = [];
  const isState = quantity.kind === 'state';
  if (states && !isState) problems.push(`${name} is no state`);
  for (const word of Object.values(states ?? {})) {
    if (isState && quantity.states && !quantity.states.includes(word)) problems.push(`${name} has no state ${word}`);
  }
  if (unit !== undefined) {
    const conversion = convert(1, unit, quantity.unit);
    if (!conversion.ok) problems.push(conversion.message);
  }
  if (typeof channel === 'object' && 'index' in channel && !path.includes('[*]')) {
    problems.push('a channel by index wants [*] in the path');
  }
  return problems;
}
