import { describe, expect, it } from 'vitest';
import { lorawan } from '../kernel/lorawan.ts';
import { problemsOfParameters } from './parameter.ts';
import { fillOf } from './vessel.ts';
import { withParameters } from './with-parameters.ts';

const PULSES = lorawan({
  id: 'test/pulses',
  version: 1,
  vendor: 'Test',
  title: 'Test',
  domain: 'water',
  source: 'this test',
  uplinks: [{ ports: 'any', steps: [{ type: 'uint16', quantity: 'pulse.count' }] }],
  parameters: {
    pulseWeight: {
      title: 'Units a pulse',
      titleFr: 'Unités par impulsion',
      type: 'number',
      minimum: 0.001,
      maximum: 10_000,
    },
    medium: {
      title: 'What is counted',
      titleFr: 'Ce qui est compté',
      type: 'choice',
      choices: ['water', 'gas', 'none'],
      default: 'none',
    },
  },
  derived: [
    {
      from: { quantity: 'pulse.count', each: true },
      to: { quantity: { parameter: 'medium', map: { water: 'water.volume', gas: 'gas.volume' } } },
      factor: { parameter: 'pulseWeight' },
    },
  ],
});

const derived = (parameters: Record<string, number | string> | undefined, channel?: string) =>
  withParameters(PULSES, parameters, {
    readings: [{ quantity: 'pulse.count', ...(channel !== undefined && { channel }), value: 123 }],
    samples: [{ at: 5, readings: [{ quantity: 'pulse.count', value: 100 }] }],
  });

describe('parameters of a device', () => {
  it('make readings of those that were decoded, samples included, beside them', () => {
    const { readings, samples } = derived({ pulseWeight: 10, medium: 'water' }, 'in1');
    expect(readings).toEqual([
      { quantity: 'pulse.count', channel: 'in1', value: 123 },
      { quantity: 'water.volume', channel: 'in1', value: 1_230 },
    ]);
    expect(samples?.[0]?.readings[1]).toEqual({ quantity: 'water.volume', value: 1_000 });
    expect(derived({ pulseWeight: 0.1, medium: 'gas' }).readings[1]).toEqual({ quantity: 'gas.volume', value: 12.3 });
  });

  it('make nothing where one is missing, or means nothing', () => {
    for (const given of [undefined, { medium: 'water' }, { pulseWeight: 1 }, { pulseWeight: 1, medium: 'none' }])
      expect(derived(given).readings).toEqual([{ quantity: 'pulse.count', value: 123 }]);
  });

  it('keep the doubt about what they are made of', () => {
    const reading = { quantity: 'pulse.count', value: 1, quality: 'uncertain', reasons: ['deviceFlag'] } as const;
    const { readings } = withParameters(
      PULSES,
      { pulseWeight: 1, medium: 'water' },
      { readings: [{ ...reading, reasons: ['deviceFlag'] }] },
    );
    expect(readings[1]).toMatchObject({ quantity: 'water.volume', quality: 'uncertain', reasons: ['deviceFlag'] });
  });

  it.each([
    [{ pulseWeight: 1, medium: 'gas' }, []],
    [{ pulseWeight: 0 }, ['pulseWeight']],
    [{ pulseWeight: 'x' }, ['pulseWeight']],
    [{ pulseWeight: Number.NaN }, ['pulseWeight']],
    [{ medium: 'beer' }, ['medium']],
    [{ constructor: 1, ratio: 2 }, ['constructor', 'ratio']],
  ])('%o have the problems %o', (given, names) => {
    expect(problemsOfParameters(PULSES.parameters, given).map(({ name }) => name)).toEqual(names);
  });
});

describe('how full a vessel is', () => {
  it.each([
    ['upright', 0.5, 50],
    ['upright', 0.25, 25],
    ['lying', 0.5, 50],
    ['lying', 0.25, 19.5501109478],
    ['lying', 0, 0],
    ['lying', 1, 100],
    ['ball', 0.5, 50],
    ['ball', 0.25, 15.625],
  ])('%s, to %d of its height: %d %%', (shape, level, fill) => {
    expect(fillOf(level, 1, shape)).toBeCloseTo(fill, 8);
  });

  it('is neither less than nothing nor more than all', () => {
    expect([fillOf(-3, 2, 'upright'), fillOf(5, 2, 'ball'), fillOf(1, 0, 'upright')]).toEqual([0, 100, undefined]);
  });
});
