import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** One place where a value breaks its schema. `path` is a JSON Pointer (RFC 6901), '' for the whole value. */
export interface Violation {
  path: string;
  message: string;
}

export type Validation<T> = { ok: true; value: T } | { ok: false; violations: Violation[] };

const MAX_VIOLATIONS = 20;
const compiled = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  const known = compiled.get(schema);
  if (known) return known;
  const fresh = Compile(schema) as Validator;
  compiled.set(schema, fresh);
  return fresh;
}

/** Checks a value that came from outside against its schema; never changes the value. */
export function validate<S extends TSchema>(schema: S, value: unknown): Validation<Static<S>> {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return { ok: true, value: value as Static<S> };
  const violations = validator
    .Errors(value)
    .slice(0, MAX_VIOLATIONS)
    .map((error) => ({ path: error.instancePath, message: error.message }));
  return { ok: false, violations };
}

/** The violations as one line for a log or an error message. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ path, message }) => `${path === '' ? '/' : path} ${message}`).join('; ');
}
