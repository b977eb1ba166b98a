import type { Reading } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { ReportPolicy } from './report-policy.ts';

const power = (value: number, more: Partial<Reading> = {}): Reading => ({ quantity: 'elec.power', value, ...more });
const door = (value: string): Reading => ({ quantity: 'cab.door', value });
const energy = (value: number): Reading => ({ quantity: 'elec.import', value });

function values(
  policy: ReportPolicy,
  polls: readonly [at: number, reading: Reading][],
): (number | string | undefined)[] {
  return polls.map(([at, reading]) => policy.report([reading], at)[0]?.value);
}

describe('ReportPolicy', () => {
  it('lets changes beyond the dead band go on, measured from what went on last', () => {
    const policy = new ReportPolicy({ on: 'change', deadBand: { absolute: 5 } });
    const polls: [number, Reading][] = [100, 104, 106, 110, 112, 100].map((value, index) => [index, power(value)]);
    expect(values(policy, polls)).toEqual([100, undefined, 106, undefined, 112, 100]);
  });

  it('takes the wider of an absolute and a relative dead band', () => {
    const policy = new ReportPolicy({ on: 'change', deadBand: { absolute: 1, percent: 10 } });
    expect(
      values(policy, [
        [0, power(100)],
        [1, power(110)],
        [2, power(111)],
        [3, power(0)],
        [4, power(2)],
      ]),
    ).toEqual([100, undefined, 111, 0, 2]);
  });

  it('says an unchanged value again after the longest interval, and none before the shortest', () => {
    const policy = new ReportPolicy({ on: 'change', minIntervalMs: 100, maxIntervalMs: 1_000 });
    const polls: [number, Reading][] = [
      [0, power(1)],
      [50, power(2)],
      [100, power(2)],
      [1_050, power(2)],
      [1_100, power(2)],
    ];
    expect(values(policy, polls)).toEqual([1, undefined, 2, undefined, 2]);
  });

  it('lets a state go on as soon as it changes', () => {
    const policy = new ReportPolicy({ on: 'change', minIntervalMs: 60_000 });
    expect(
      values(policy, [
        [0, door('closed')],
        [10, door('closed')],
        [20, door('open')],
      ]),
    ).toEqual(['closed', undefined, 'open']);
  });

  it('lets a value go on whose quality changed', () => {
    const policy = new ReportPolicy({ on: 'change' });
    expect(policy.report([power(1)], 0)).toHaveLength(1);
    expect(policy.report([power(1, { quality: 'uncertain' })], 1)).toHaveLength(1);
    expect(policy.report([power(1, { quality: 'uncertain' })], 2)).toHaveLength(0);
  });

  it.each([
    ['mean', 20],
    ['min', 10],
    ['max', 30],
    ['last', 30],
  ] as const)('gives the %s of a gauge for each window and the last of a counter', (by, expected) => {
    const policy = new ReportPolicy({ on: 'poll', window: { ms: 1_000, by } });
    for (const [index, value] of [10, 20, 30].entries()) {
      expect(policy.report([power(value), energy(value)], 5_000 + index * 300)).toEqual([]);
    }
    expect(policy.report([power(99), energy(99)], 6_010)).toEqual([power(expected), energy(30)]);
  });

  it('is not silenced by a clock that was set back', () => {
    const policy = new ReportPolicy({ on: 'change', minIntervalMs: 1_000 });
    expect(
      values(policy, [
        [1_000_000, power(1)],
        [5, power(2)],
      ]),
    ).toEqual([1, 2]);
  });
});
