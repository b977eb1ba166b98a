import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describeViolations, ModelId, validate } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { findDefinition, listDefinitions, summariseDefinition } from './catalogue.ts';
import { type CommandArgument, type Definition, DOMAINS } from './definition.ts';
import { readingFields } from './definition-fields.ts';
import { checkGolden, Golden } from './golden.ts';
import { mutationsOf } from './mutations.ts';
import { isKnownUnit } from './units.ts';
import { findQuantity } from './vocabulary.ts';

const here = (path: string): URL => new URL(path, import.meta.url);

describe('the catalogue', () => {
  it('has each file of a definition in its index, once and in order', () => {
    const files = ['lorawan', 'modbus'].flatMap((protocol) =>
      readdirSync(here(`./${protocol}/`), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && name.includes('/') && !name.endsWith('.test.ts'))
        .map((name) => `${protocol}/${name.slice(0, -3)}`),
    );
    const ids = listDefinitions().map(({ protocol, id }) => `${protocol}/${id}`);
    expect(ids.toSorted()).toEqual(files.toSorted());
    expect(listDefinitions().map(({ id }) => id)).toEqual(
      listDefinitions()
        .map(({ id }) => id)
        .toSorted(),
    );
  });
});

describe.each(listDefinitions().map((definition) => [definition.id, definition] as const))('%s', (id, definition) => {
  const golden = goldenOf(definition);

  it('is well described', () => {
    expect(validate(ModelId, id).ok).toBe(true);
    expect(findDefinition(id)).toBe(definition);
    expect(existsSync(here(`./${definition.protocol}/${id}.ts`))).toBe(true);
    expect(definition.version).toBeGreaterThanOrEqual(1);
    expect(definition.title.length).toBeGreaterThan(3);
    expect(definition.vendor.length).toBeGreaterThan(1);
    expect(definition.source.length).toBeGreaterThan(10);
    expect(DOMAINS).toContain(definition.domain);
  });

  it('says on which sources it stands and from which version its values changed', () => {
    const { sources, oneSource, changed, version } = summariseDefinition(definition);
    expect(new Set(sources).size).toBe(sources.length);
    for (const source of sources) expect(source.trim().length, source).toBeGreaterThan(5);
    expect(sources.length >= 2 || oneSource).toBe(true);
    for (const [from, { en, fr }] of Object.entries(changed)) {
      expect(Number(from)).toBeLessThanOrEqual(version);
      for (const sentence of [en, fr]) expect(sentence).toMatch(/^[A-ZÀÉ].{15,}\.$/);
      expect(fr).not.toBe(en);
    }
  });

  it('speaks the vocabulary', () => {
    const fields = readingFields(
      definition.protocol === 'modbus'
        ? { registers: definition.registers, sunspec: definition.sunspec }
        : 'spec' in definition && definition.spec,
    );
    expect(fields.length).toBeGreaterThan(0);
    for (const { field } of fields) expectVocabulary(field);
    for (const name of Object.keys(definition.rollsOverAt ?? {})) expect(findQuantity(name)?.kind).toBe('counter');
  });

  it('does what its golden says', () => {
    expect(checkGolden(definition, golden)).toEqual([]);
  });

  it('has a golden that notices each wrong scale, byte order, word and quantity', () => {
    const unnoticed = mutationsOf(definition).filter(({ mutated }) => checkGolden(mutated, golden).length === 0);
    expect(unnoticed.map(({ description }) => description)).toEqual([]);
  });

  it('has sane commands, each with a golden', () => {
    for (const { name, title, args } of summariseDefinition(definition).commands) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)+$/);
      expect(title.length).toBeGreaterThan(2);
      for (const argument of Object.values(args)) expectSane(argument);
      expect(
        golden.commands?.filter((one) => one.name === name && !('code' in one.expect)).length,
        name,
      ).toBeGreaterThan(0);
    }
  });
});

function expectVocabulary({ quantity: name, states, otherwise, constant }: Readonly<Record<string, unknown>>): void {
  const quantity = findQuantity(String(name));
  expect(quantity, String(name)).toBeDefined();
  const words = [...Object.values(states ?? {}), otherwise, constant].filter((word) => typeof word === 'string');
  if (words.length > 0) expect(quantity?.kind, String(name)).toBe('state');
  if (quantity?.kind === 'state' && quantity.states)
    expect(quantity.states, String(name)).toEqual(expect.arrayContaining(words));
}

function expectSane({ title, type, unit, minimum, maximum, choices }: CommandArgument): void {
  expect(title.length).toBeGreaterThan(2);
  if (unit !== undefined) expect(isKnownUnit(unit), unit).toBe(true);
  if (type === 'number') {
    expect(minimum).toBeTypeOf('number');
    expect(maximum ?? 0).toBeGreaterThan(minimum ?? 0);
  }
  if (type === 'string') expect(choices?.length).toBeGreaterThan(1);
}

function goldenOf({ protocol, id }: Definition): Golden {
  const result = validate(Golden, JSON.parse(readFileSync(here(`./${protocol}/${id}.golden.json`), 'utf8')));
  if (!result.ok) throw new Error(`${id}: ${describeViolations(result.violations)}`);
  return result.value;
}
