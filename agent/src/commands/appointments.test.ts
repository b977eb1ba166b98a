import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Appointments } from './appointments.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

it('keeps to the time, waits for a clock that can be trusted, and forgets all when it stops', () => {
  let isTrusted = true;
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => isTrusted };
  const appointments = new Appointments(clock);
  const done: string[] = [];
  appointments.keep(undefined, () => done.push('now'));
  appointments.keep(Date.now() - 1, () => done.push('past'));
  appointments.keep(Date.now() + 12_000, () => done.push('later'));
  expect(done).toEqual(['now', 'past']);
  vi.advanceTimersByTime(11_999);
  expect(done).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['now', 'past', 'later']);

  isTrusted = false;
  appointments.keep(Date.now() + 1_000, () => done.push('trusted'));
  vi.advanceTimersByTime(20_000);
  expect(done).toHaveLength(3);
  isTrusted = true;
  vi.advanceTimersByTime(5_000);
  expect(done.at(-1)).toBe('trusted');

  appointments.keep(Date.now() + 1_000, () => done.push('never'));
  appointments.stop();
  vi.advanceTimersByTime(10_000);
  expect(done).not.toContain('never');
});
