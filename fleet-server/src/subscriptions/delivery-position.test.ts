import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveryPosition, type LogRange, nextStretch, positionOf, startAt } from './delivery-position.ts';

const SEED = 45;

describe('the position of a subscriber', () => {
  it('goes on in order after a short absence, and with the present after a long one', () => {
    const position: DeliveryPosition = { ordered: 100, live: [[120, 5_000]] };
    expect(startAt(position, 10_000)).toEqual({ ordered: 100, done: [], live: { from: 120, cursor: 5_000 } });
    const late = startAt(position, 1_000_000);
    expect(late).toEqual({ ordered: 100, done: [[120, 5_000]], live: { from: 1_000_000, cursor: 1_000_000 } });
    expect(positionOf(200, late.done, [1_000_000, 1_000_100])).toEqual({
      ordered: 200,
      live: [
        [120, 5_000],
        [1_000_000, 1_000_100],
      ],
    });
  });

  it('never counts a live record as done that was not acknowledged', () => {
    expect(positionOf(100, [], [0, 89])).toEqual({ ordered: 89, live: [] });
  });

  it('keeps a bounded number of ranges and forgets only what may be delivered again', () => {
    let position: DeliveryPosition = { ordered: 0, live: [] };
    let head = 0;
    for (let absence = 0; absence < 100; absence += 1) {
      head += 1_000_000;
      const { ordered, done, live } = startAt(position, head);
      position = positionOf(ordered, done, [live.from, live.cursor + 10]);
    }
    expect(position.live).toHaveLength(16);
    expect(position.live.at(-1)).toEqual([head, head + 10]);
    expect(position.ordered).toBe(0);
  });

  it('has the ordered lane look at every id once and skip only live ones within ranges', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat({ max: 60 }), gaps, (start, parts) => {
        const ranges: LogRange[] = [];
        let at = 0;
        for (const [gap, length] of parts) {
          ranges.push([at + gap, at + gap + length]);
          at += gap + length;
        }
        const seen = new Map<number, 'late' | undefined>();
        let cursor = start;
        for (let stretch = nextStretch(cursor, ranges); stretch; stretch = nextStretch(cursor, ranges)) {
          expect(stretch.until).toBeGreaterThan(cursor);
          for (let id = cursor + 1; id <= stretch.until; id += 1) {
            expect(seen.has(id)).toBe(false);
            seen.set(id, stretch.only);
          }
          cursor = stretch.until;
        }
        for (let id = start + 1; id <= at; id += 1) {
          const inside = ranges.some(([after, through]) => id > after && id <= through);
          expect(seen.has(id)).toBe(true);
          expect(seen.get(id)).toBe(inside ? 'late' : undefined);
        }
      }),
      { seed: SEED },
    );
  });
});
