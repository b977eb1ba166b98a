import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeSet } from './range-set.ts';

describe('RangeSet', () => {
  it('behaves like a set of integers under any sequence of operations', () => {
    const step = fc.record({
      op: fc.constantFrom('add', 'remove', 'take'),
      from: fc.integer({ min: 1, max: 60 }),
      length: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ranges = new RangeSet();
        const model = new Set<number>();
        for (const { op, from, length } of steps) {
          const to = from + length - 1;
          if (op === 'add') ranges.add(from, to);
          if (op === 'remove') ranges.remove(from, to);
          if (op !== 'take') {
            for (let i = from; i <= to; i++) op === 'add' ? model.add(i) : model.delete(i);
            continue;
          }
          const taken = ranges.takeFirst(length);
          if (taken === undefined) expect(model.size).toBe(0);
          else {
            expect(taken.from).toBe(Math.min(...model));
            for (let i = taken.from; i <= taken.to; i++) expect(model.delete(i)).toBe(true);
          }
        }
        expect(ranges.size).toBe(model.size);
        for (let i = 0; i < 80; i++) expect(ranges.has(i)).toBe(model.has(i));
        const flat = ranges.ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, k) => from + k));
        expect(flat).toEqual([...model].sort((a, b) => a - b));
        ranges.ranges.forEach((range, i) => {
          const next = ranges.ranges[i + 1];
          if (next) expect(next.from).toBeGreaterThan(range.to + 1);
        });
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
