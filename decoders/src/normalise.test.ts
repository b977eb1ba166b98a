import type { Reading } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { afterCounterStep, counterStep } from './counter.ts';
import { normalise } from './normalise.ts';

function one(reading: Reading): unknown {
  const { readings, rejected } = normalise({ readings: [reading] });
  return readings[0] ?? rejected[0]?.code ?? 'dropped';
}

describe('normalise', () => {
  it('delivers what is out of bounds, marked', () => {
    expect(one({ quantity: 'wx.rh', value: 109 })).toEqual({
      quantity: 'wx.rh',
      value: 109,
      quality: 'uncertain',
      reasons: ['outOfBounds'],
    });
    expect(one({ quantity: 'wx.rh', value: 100 })).toEqual({ quantity: 'wx.rh', value: 100 });
    expect(one({ quantity: 'wx.temp', value: -61, quality: 'bad', reasons: ['deviceFlag'] })).toMatchObject({
      quality: 'bad',
      reasons: ['deviceFlag', 'outOfBounds'],
    });
  });

  it.each([
    [1_234_567.0000000002, 1_234_567],
    [1_234_566.9999999998, 1_234_567],
    [55.2815, 55],
    [55.9, 55],
    [0, 0],
  ])('makes the counter %s whole: %s', (value, whole) => {
    expect(one({ quantity: 'elec.import', value })).toEqual({ quantity: 'elec.import', value: whole });
  });

  it('drops what is not a number, never as zero', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(one({ quantity: 'elec.power', value })).toBe('dropped');
  });

  it('rejects what the vocabulary does not have', () => {
    expect(one({ quantity: 'elec.powr', value: 1 })).toBe('QUANTITY_UNKNOWN');
    expect(one({ quantity: 'constructor', value: 1 })).toBe('QUANTITY_UNKNOWN');
    expect(one({ quantity: 'spot.state', value: 'taken' })).toBe('VALUE_INVALID');
    expect(one({ quantity: 'spot.state', value: 1 })).toBe('VALUE_INVALID');
    expect(one({ quantity: 'elec.power', value: '12 W' })).toBe('VALUE_INVALID');
    expect(one({ quantity: 'lamp.lastOn', value: '2024-05-06 07:08:09' })).toBe('VALUE_INVALID');
  });

  it('takes words of states, own words where there is no list, and times in UTC', () => {
    expect(one({ quantity: 'spot.state', value: 'free' })).toMatchObject({ value: 'free' });
    expect(one({ quantity: 'elec.tariff', value: 'HC..' })).toMatchObject({ value: 'HC..' });
    expect(one({ quantity: 'lamp.lastOn', value: '2024-05-06T07:08:09Z' })).toMatchObject({
      value: '2024-05-06T07:08:09Z',
    });
  });
});

describe('the step of a counter', () => {
  it.each([
    [undefined, 5, undefined, { kind: 'first' }],
    [5, 9, undefined, { kind: 'advanced', increase: 4 }],
    [5, 5, undefined, { kind: 'advanced', increase: 0 }],
    [9, 5, undefined, { kind: 'reset' }],
    [4_294_967_290, 4, 2 ** 32, { kind: 'rolledOver', increase: 10 }],
    [65_530, 20, 2 ** 32, { kind: 'reset' }],
    [2_000_000_000, 1_000, 2 ** 32, { kind: 'reset' }],
  ])('from %s to %s, rolling over at %s', (previous, current, rollsOverAt, step) => {
    expect(counterStep(previous, current, rollsOverAt)).toEqual(step);
  });

  it('makes a reading uncertain after a reset only', () => {
    const reading = { quantity: 'water.volume', value: 5 };
    expect(afterCounterStep(reading, { kind: 'reset' })).toEqual({
      ...reading,
      quality: 'uncertain',
      reasons: ['counterReset'],
    });
    expect(afterCounterStep(reading, { kind: 'rolledOver', increase: 1 })).toBe(reading);
  });
});
