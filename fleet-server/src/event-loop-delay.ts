const RESOLUTION_MS = 10;
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;

export interface DelayBucket {
  /** Upper bound; null for all. */
  upToMs: number | null;
  /** Samples up to that, since the start. */
  count: number;
}

/** How late a timer of the event loop comes, ten milliseconds apart, counted since the start. */
export class EventLoopDelay {
  readonly #counts: number[] = Array.from({ length: BOUNDS_MS.length + 1 }, () => 0);
  readonly #timer: NodeJS.Timeout;
  #expectedMs: number;
  #sumMs = 0;

  constructor(monotonicMs: () => number) {
    this.#expectedMs = monotonicMs() + RESOLUTION_MS;
    this.#timer = setInterval(() => {
      const nowMs = monotonicMs();
      const lateMs = Math.max(0, nowMs - this.#expectedMs);
      this.#sumMs += lateMs;
      const bucket = BOUNDS_MS.findIndex((bound) => lateMs <= bound);
      const index = bucket < 0 ? BOUNDS_MS.length : bucket;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
      this.#expectedMs = nowMs + RESOLUTION_MS;
    }, RESOLUTION_MS);
    this.#timer.unref();
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  buckets(): DelayBucket[] {
    let count = 0;
    return this.#counts.map((samples, index) => {
      count += samples;
      return { upToMs: BOUNDS_MS[index] ?? null, count };
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
