import { afterEach, expect, it, vi } from 'vitest';
import { EventLoopDelay } from './event-loop-delay.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('tells lateness from work', () => {
  vi.useFakeTimers();
  let [now, cpu] = [0, 0];
  const loop = new EventLoopDelay(
    () => now,
    () => cpu,
  );
  const tick = (late: number, worked: number) => {
    now += 10 + late;
    cpu += worked;
    vi.advanceTimersByTime(10);
  };
  tick(0, 3);
  tick(80, 90);
  tick(300, 15);
  loop.stop();
  const upTo = (histogram: EventLoopDelay['delay'], ms: number | null) =>
    histogram.buckets().find(({ upToMs }) => upToMs === ms)?.count;
  expect([1, 50, 100, 500, null].map((ms) => upTo(loop.delay, ms))).toEqual([1, 1, 2, 3, 3]);
  expect([1, 20, 100, null].map((ms) => upTo(loop.work, ms))).toEqual([1, 2, 3, 3]);
  expect(loop.delay.sumMs).toBe(380);
});
