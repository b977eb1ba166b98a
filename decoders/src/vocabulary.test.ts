import { Reading, validate } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import type { Quantity } from './quantity.ts';
import { readingSchema } from './reading-schema.ts';
import { convert, isKnownUnit, unitKind } from './units.ts';
import { findQuantity, senmlName, VOCABULARY } from './vocabulary.ts';
import { vocabularyPage } from './vocabulary-page.ts';

const entries = Object.entries<Quantity>(VOCABULARY);

describe.each(entries)('%s', (name, quantity) => {
  const { kind, unit, minimum, maximum, states, smartDataModel } = quantity;

  it('is a name that a reading may have', () => {
    expect(validate(Reading, { quantity: name, value: 1 }).ok).toBe(true);
    expect(findQuantity(name)).toBe(quantity);
  });

  it('has a unit, bounds and words as its kind wants', () => {
    expect(isKnownUnit(unit), unit).toBe(true);
    expect(unit === '').toBe(kind === 'state' || kind === 'time');
    if (kind === 'gauge' || kind === 'delta') {
      expect(minimum).toBeTypeOf('number');
      expect(maximum ?? Number.NEGATIVE_INFINITY).toBeGreaterThan(minimum ?? Number.POSITIVE_INFINITY);
    }
    if (states) expect(new Set(states).size).toBe(states.length);
  });

  it('converts to the unit of its Smart Data Model', () => {
    if (smartDataModel) expect(unitKind(smartDataModel.unit)).toBe(unitKind(unit));
  });

  it('is on the reference page and in the schema', () => {
    expect(vocabularyPage()).toContain(`| \`${name}\` |`);
    expect(JSON.stringify(readingSchema())).toContain(`"const":"${name}"`);
  });
});

describe('conversion of units', () => {
  it.each([
    [1_234, 'W.h', 'kW.h', 1.234],
    [55, '%', '1', 0.55],
    [5_944, 'L', 'm3', 5.944],
    [0.1, 'kW', 'W', 100],
    [20, 'Cel', 'K', 293.15],
    [212, '[degF]', 'Cel', 100],
    [1, 'GJ', 'kW.h', 277.777777778],
    [90, 'km/h', 'm/s', 25],
    [1_013.25, 'hPa', 'kPa', 101.325],
    [7, 'V', 'V', 7],
  ])('%s %s is %s %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['V.A', 'W'],
    ['V.A{reactive}', 'V.A'],
    ['dB{A}', 'dB{1mW}'],
    ['dB', 'dB{A}'],
    ['kW.h', 'kW.h{HCV}'],
    ['{person}', '{vehicle}'],
    ['K{difference}', 'Cel'],
    ['Hz', 'W'],
  ])('refuses %s to %s, which are different kinds of quantity', (from, to) => {
    expect(convert(1, from, to)).toMatchObject({ ok: false });
  });

  it.each(['var', 'kvar.h', 'ppm', 'dBm', 'dB[A]', '[NTU]', 'constructor'])('does not know %s', (unit) => {
    expect(isKnownUnit(unit)).toBe(false);
    expect(convert(1, unit, 'W').ok).toBe(false);
  });
});

it('names readings in SenML by its letters only', () => {
  expect(senmlName('elec.voltage', 'L1')).toBe('elec.voltage:L1');
  expect(senmlName('elec.import', 'HC+HP')).toMatch(/^[A-Za-z0-9][A-Za-z0-9:./_-]*$/);
});
