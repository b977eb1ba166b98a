import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holesIn, type SeqRange, sizeOf, unionOf } from './seq-ranges.ts';

const SEED = 46;

describe('sequence numbers as ranges', () => {
  it('hold what was given and name exactly what is missing below the newest', () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 8 }));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 12 }), (given) => {
        const parts = given.map(([from, length]): SeqRange => [from, from + length]);
        const seen = new Set(parts.flatMap(([from, to]) => numbers(from, to)));
        const newest = Math.max(...seen);
        const missing = numbers(1, newest).filter((seq) => !seen.has(seq));
        const holes = holesIn(unionOf(parts));
        expect(holes.flatMap(([from, to]) => numbers(from, to))).toEqual(missing);
        expect(sizeOf(holes)).toBe(missing.length);
      }),
      { seed: SEED },
    );
  });

  it('forget the oldest holes when there are too many', () => {
    const union = unionOf(Array.from({ length: 2_000 }, (_, index): SeqRange => [2 * index + 1, 2 * index + 1]));
    expect(union).toHaveLength(500);
    expect(union[0]).toEqual([1, 3_001]);
    expect(union.at(-1)).toEqual([3_999, 3_999]);
  });
});

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
