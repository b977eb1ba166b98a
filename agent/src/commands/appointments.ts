import type { Clock } from '../clock.ts';

/** A wait is cut into pieces, since the clock may be set meanwhile. */
const LONGEST_WAIT_MS = 5_000;

/** What is to be done at a given time, and not before the clock is known to be right. */
export class Appointments {
  readonly #clock: Clock;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs at once where there is no time, or where it has passed. `at` in epoch milliseconds. */
  keep(at: number | undefined, run: () => void): void {
    const leftMs = at === undefined ? 0 : at - this.#clock.now();
    if (at === undefined || (leftMs <= 0 && this.#clock.trusted())) {
      run();
      return;
    }
    const waitMs = this.#clock.trusted() ? Math.min(leftMs, LONGEST_WAIT_MS) : LONGEST_WAIT_MS;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.keep(at, run);
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Nothing runs any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
