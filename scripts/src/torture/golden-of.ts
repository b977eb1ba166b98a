import { readFileSync } from 'node:fs';
import { describeViolations, validate } from '@vigie/contract';
import type { Definition } from '../../../decoders/src/definition.ts';
import { Golden } from '../../../decoders/src/golden.ts';

/** The golden beside a definition. */
export function goldenOf({ protocol, id }: Pick<Definition, 'protocol' | 'id'>): Golden {
  const file = new URL(`../../../decoders/src/${protocol}/${id}.golden.json`, import.meta.url);
  const result = validate(Golden, JSON.parse(readFileSync(file, 'utf8')));
  if (!result.ok) throw new Error(`${id}: ${describeViolations(result.violations)}`);
  return result.value;
}
