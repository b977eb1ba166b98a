import { describe, expect, it } from 'vitest';
import { addTimes, silenceLimitMs, TIMES_KEPT } from './silence.ts';

const MINUTE = 60_000;
const every = (gapMs: number, count: number) => Array.from({ length: count }, (_none, n) => n * gapMs);

describe('silenceLimitMs', () => {
  it('judges nobody by too few gaps', () => {
    expect(silenceLimitMs([])).toBeUndefined();
    expect(silenceLimitMs(every(MINUTE, 5))).toBeUndefined();
    expect(silenceLimitMs(every(10 * MINUTE, 6))).toBeDefined();
  });

  it('waits for four intervals of a device that is regular', () => {
    expect(silenceLimitMs(every(15 * MINUTE, 20))).toBe(60 * MINUTE);
  });

  it('waits for twice the longest usual pause of one that is not', () => {
    const times = [0, 1, 2, 3, 4, 5, 6, 200].map((minute) => minute * MINUTE);
    expect(silenceLimitMs(times)).toBe(2 * 194 * MINUTE);
  });

  it('is never less than five minutes', () => {
    expect(silenceLimitMs(every(10_000, 20))).toBe(5 * MINUTE);
  });
});

describe('addTimes', () => {
  it('keeps the newest, in order, also where a backlog comes after live frames', () => {
    const all = every(MINUTE, 30);
    expect(addTimes(all.slice(15), all.slice(0, 15))).toEqual(all.slice(-TIMES_KEPT));
  });

  it('takes repetitions of a frame as one', () => {
    expect(addTimes([0], [500, 1_000, 60_000])).toEqual([1_000, 60_000]);
  });
});
