import { describe, expect, it } from 'vitest';
import { coverageOf } from './coverage.ts';

function heard(dataRate: string, snrDb: number) {
  return { at: 1_000, link: { fCnt: 0, dataRate, frequencyHz: 868_100_000, rssiDbm: -100, snrDb, receptions: 1 } };
}

describe('coverageOf', () => {
  it.each([
    ['SF7BW125', 2.5, { verdict: 'good', marginDb: 10 }],
    ['SF7BW125', 2.4, { verdict: 'weak', marginDb: 9.9 }],
    ['SF12BW125', -12, { verdict: 'weak', marginDb: 8 }],
    ['SF12BW125', -5, { verdict: 'good', marginDb: 15 }],
    ['FSK50000', 0, { verdict: 'weak' }],
  ])('%s at %f dB', (dataRate, snrDb, coverage) => {
    expect(coverageOf(heard(dataRate, snrDb), 2_000)).toEqual(coverage);
  });

  it('is none for a device that was never heard, or not lately', () => {
    expect(coverageOf(undefined, 0)).toEqual({ verdict: 'none' });
    expect(coverageOf(heard('SF7BW125', 9), 1_000 + 16 * 60_000)).toEqual({ verdict: 'none' });
  });
});
