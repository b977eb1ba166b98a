import { describe, expect, it } from 'vitest';
import { ADR_HISTORY, type AdrSample, adapt, remember } from './adr.ts';

const EU868 = { maxDataRate: 5, minTxPower: 0, maxTxPower: 7 };
/** SF12 … SF7. */
const REQUIRED = [-20, -17.5, -15, -12.5, -10, -7.5];

function history(bestSnrDb: number, counters = Array.from({ length: ADR_HISTORY }, (_none, i) => i)): AdrSample[] {
  return counters.map((fCnt) => ({ fCnt, bestSnrDb }));
}

function state(dataRate: number, txPower = 0, transmissions = 1) {
  return { dataRate, txPower, transmissions };
}

function bounds(dataRate: number) {
  return { ...EU868, requiredSnrDb: REQUIRED[dataRate] ?? 0 };
}

describe('adapt', () => {
  // floor((SNR − required − 10) / 3) steps; chirpstack/chirpstack chirpstack/src/adr/default.rs.
  it.each([
    ['a strong link goes to the fastest rate, then lowers its power', 0, 0, 10, state(5, 1)],
    ['a step of the margin that is not whole is not used', 0, 0, -7.5, state(0, 0)],
    ['one step is one data rate', 0, 0, -7, state(1, 0)],
    ['at the fastest rate only power goes down', 5, 0, 8.5, state(5, 2)],
    ['power has a lowest step', 5, 6, 30, state(5, 7)],
    ['a weak link gets power back', 5, 4, -4, state(5, 1)],
    ['but never a slower rate: that is the device’s own to choose', 5, 0, -4, state(5, 0)],
  ])('%s', (_name, dataRate, txPower, snrDb, expected) => {
    expect(adapt(history(snrDb), state(dataRate, txPower), bounds(dataRate))).toEqual(expected);
  });

  it('does not raise the power for one bad frame', () => {
    expect(adapt([{ fCnt: 0, bestSnrDb: -10 }], state(5, 4), bounds(5))).toEqual(state(5, 4));
  });

  it.each([
    [0, 1, 1],
    [1, 1, 1],
    [2, 1, 1],
    [2, 2, 2],
    [5, 1, 2],
    [9, 1, 3],
    [9, 2, 3],
    [9, 3, 3],
    [0, 3, 2],
    [0, 2, 1],
  ])('%i lost of the last frames, sent %i times: %i times', (lost, transmissions, expected) => {
    const counters = Array.from({ length: ADR_HISTORY }, (_none, i) => (i === 0 ? 0 : i + lost));
    const result = adapt(history(-4.9, counters), state(5, 0, transmissions), bounds(5));
    expect(result.transmissions).toBe(expected);
  });

  it('remembers twenty frames, and begins anew when the counter does', () => {
    let kept: AdrSample[] = [];
    for (let fCnt = 0; fCnt < 50; fCnt += 1) kept = remember(kept, { fCnt, bestSnrDb: 1 });
    expect(kept.map(({ fCnt }) => fCnt)).toEqual(Array.from({ length: 20 }, (_none, i) => i + 30));
    expect(remember(kept, { fCnt: 3, bestSnrDb: 1 })).toEqual([{ fCnt: 3, bestSnrDb: 1 }]);
  });
});
