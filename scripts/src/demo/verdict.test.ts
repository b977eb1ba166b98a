import { describe, expect, it } from 'vitest';
import { judge, type Observation } from './verdict.ts';

const water = (value: number): Observation => ({ device: 'meter', quantity: 'water.volume', value });

describe('judge', () => {
  it('finds nothing where both sides agree in any order', () => {
    expect(judge([water(1), water(2), water(2)], [water(2), water(1), water(2)])).toMatchObject({
      lost: 0,
      duplicates: 0,
    });
  });

  it('counts what is missing and what came too often', () => {
    const verdict = judge([water(1), water(2), water(2)], [water(2), water(3), water(3)]);
    expect(verdict).toMatchObject({ emitted: 3, received: 3, lost: 2, duplicates: 2 });
    expect(verdict.examples).toContain('lost 1 × meter water.volume = 1');
  });

  it('tells channels apart and forgives the last binary digit of a scaled value only', () => {
    const volt = (channel: string, value: number) => ({ device: 'm', quantity: 'elec.voltage', channel, value });
    expect(judge([volt('L1', 230.1)], [volt('L1', 230.10000000000002)])).toMatchObject({ lost: 0, duplicates: 0 });
    expect(judge([volt('L1', 230.1)], [volt('L2', 230.1)])).toMatchObject({ lost: 1, duplicates: 1 });
    expect(judge([water(123_456_789)], [water(123_456_788)])).toMatchObject({ lost: 1, duplicates: 1 });
  });
});
