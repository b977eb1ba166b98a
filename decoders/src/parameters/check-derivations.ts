import { findQuantity } from '../vocabulary.ts';
import type { Derivation, Term } from './derivation.ts';
import { type ParameterSpec, problemsOfParameters } from './parameter.ts';

/** What is wrong with the parameters and derivations that a model brings, a sentence each. */
export function problemsOfDerivations(
  parameters: Readonly<Record<string, ParameterSpec>> = {},
  derived: readonly Derivation[] = [],
): string[] {
  const specs = Object.entries(parameters).flatMap(([name, spec]) => {
    if (spec.type === 'choice' && !spec.choices) return [`the parameter ${name} is a choice without choices`];
    const given = spec.default === undefined ? {} : { [name]: spec.default };
    return problemsOfParameters(parameters, given).map(({ message }) => `the default of ${name} ${message}`);
  });
  const quantities = derived.flatMap(({ from, to }) => [from.quantity, ...targetsOf(to)]);
  const unknown = quantities.filter((name) => !findQuantity(name)).map((name) => `${name} is not in the vocabulary`);
  const missing = derived
    .flatMap(parametersOf)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name) => `the parameter ${name} is not described`);
  return [...new Set([...specs, ...unknown, ...missing])];
}

function targetsOf({ quantity }: Derivation['to']): string[] {
  return typeof quantity === 'string' ? [quantity] : Object.values(quantity.map);
}

function parametersOf({ to, factor, offset, vessel, when }: Derivation): string[] {
  const terms: (Term | undefined)[] = [factor, offset, vessel?.height, vessel?.gap, vessel?.shape];
  return [
    ...terms.flatMap((term) => (typeof term === 'object' ? [term.parameter] : [])),
    ...(typeof to.quantity === 'string' ? [] : [to.quantity.parameter]),
    ...(when ? [when.parameter] : []),
  ];
}
