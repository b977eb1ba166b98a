import { existsSync } from 'node:fs';
import type { Clock } from './clock.ts';

/** systemd-timesyncd makes this file when the clock has been set from the network. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';
const CHECK_EVERY_MS = 10_000;

/**
 * The machine's clock. `trusted` is for machines with a battery-backed clock or another time daemon than
 * systemd-timesyncd; with `auto` the clock is trusted once timesyncd has set it.
 */
export function systemClock(mode: 'auto' | 'trusted'): Clock {
  let trusted = mode === 'trusted';
  let checkedAt = Number.NEGATIVE_INFINITY;
  return {
    now: Date.now,
    monotonicMs: () => performance.now(),
    trusted: () => {
      if (!trusted && performance.now() - checkedAt > CHECK_EVERY_MS) {
        checkedAt = performance.now();
        trusted = existsSync(SYNCHRONISED);
      }
      return trusted;
    },
  };
}
