import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryWindow } from './delivery-window.ts';

const SEED = 42;

describe('DeliveryWindow', () => {
  it('moves past a record only when all of it and everything before it was acknowledged', () => {
    const window = new DeliveryWindow(10, { firstId: 1, size: 100 });
    const [a, b] = [window.send(12), window.send(12)];
    window.passed(12);
    const c = window.send(15);
    window.passed(15);
    expect(window.position).toBe(11);
    window.acknowledge(c);
    window.acknowledge(b);
    expect(window.position).toBe(11);
    window.acknowledge(a);
    expect(window.position).toBe(15);
  });

  it('moves past what is not for the subscriber', () => {
    const window = new DeliveryWindow(0, { firstId: 1, size: 10 });
    window.passed(1_000);
    expect(window.position).toBe(1_000);
  });

  it('does not move past a record of which only a part was sent', () => {
    const window = new DeliveryWindow(0, { firstId: 1, size: 10 });
    window.acknowledge(window.send(5));
    expect(window.position).toBe(0);
  });

  it('lets as much be under way as comes back within its time, and no more than its size', () => {
    let nowMs = 0;
    const pace = { targetMs: 200, monotonicMs: () => nowMs };
    const window = new DeliveryWindow(0, { firstId: 101, size: 4_000, pace });
    let log = 0;
    const round = (tookMs: number) => {
      const ids: number[] = [];
      while (window.room > 0) ids.push(window.send(++log));
      window.passed(log);
      nowMs += tookMs;
      for (const id of ids) window.acknowledge(id);
      return ids.length;
    };
    const quick = Array.from({ length: 6 }, () => round(50));
    expect(quick[0]).toBe(1_024);
    expect(quick.at(-1)).toBe(4_000);
    const slow = Array.from({ length: 14 }, () => round(1_000));
    expect(slow.at(-1)).toBe(64);
    expect(window.position).toBe(log);
  });

  it('knows the identifiers of another window as not its own', () => {
    const window = new DeliveryWindow(0, { firstId: 101, size: 10 });
    expect([100, 111].map((id) => window.acknowledge(id))).toEqual([false, false]);
    expect(window.acknowledge(window.send(1))).toBe(true);
  });

  it('never passes an open record, never goes back, never gives an identifier out twice', () => {
    const acks = fc.array(fc.nat(), { maxLength: 300 });
    fc.assert(
      fc.property(acks, (choices) => {
        const window = new DeliveryWindow(0, { firstId: 1, size: 50 });
        const open = new Map<number, number>();
        let log = 0;
        let before = 0;
        for (const choice of choices) {
          if (choice % 2 === 0 && window.room > 0) {
            log += 1 + (choice % 3);
            const id = window.send(log);
            expect(open.has(id)).toBe(false);
            expect(id).toBeGreaterThan(0);
            open.set(id, log);
            window.passed(log);
          } else {
            const id = [...open.keys()][choice % Math.max(1, open.size)];
            if (id !== undefined) window.acknowledge(id);
            if (id !== undefined) open.delete(id);
          }
          const oldest = Math.min(...open.values(), log + 1);
          expect(window.position).toBe(open.size > 0 ? Math.max(before, oldest - 1) : log);
          expect(window.position).toBeGreaterThanOrEqual(before);
          before = window.position;
        }
      }),
      { seed: SEED },
    );
  });
});
