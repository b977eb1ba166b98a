import { readFileSync } from 'node:fs';
import { describeViolations, validate } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { listDefinitions } from './catalogue.ts';
import type { Definition } from './definition.ts';
import { checkGolden, Golden } from './golden.ts';

describe.each(listDefinitions().map((definition) => [definition.id, definition] as const))('%s', (_, definition) => {
  const golden = goldenOf(definition);

  it('does what its golden says', () => {
    expect(checkGolden(definition, golden)).toEqual([]);
  });
});

function goldenOf({ protocol, id }: Definition): Golden {
  const result = validate(
    Golden,
    JSON.parse(readFileSync(new URL(`./${protocol}/${id}.golden.json`, import.meta.url), 'utf8')),
  );
  if (!result.ok) throw new Error(`${id}: ${describeViolations(result.violations)}`);
  return result.value;
}
