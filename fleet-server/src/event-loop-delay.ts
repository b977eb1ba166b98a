const RESOLUTION_MS = 10;
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;

export interface Bucket {
  /** Upper bound; null for all. */
  upToMs: number | null;
  /** Samples up to that, since the start. */
  count: number;
}

class Histogram {
  readonly #counts: number[] = Array.from({ length: BOUNDS_MS.length + 1 }, () => 0);
  #sumMs = 0;

  add(ms: number): void {
    const found = BOUNDS_MS.findIndex((bound) => ms <= bound);
    const index = found < 0 ? BOUNDS_MS.length : found;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumMs += ms;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  buckets(): Bucket[] {
    let count = 0;
    return this.#counts.map((samples, index) => {
      count += samples;
      return { upToMs: BOUNDS_MS[index] ?? null, count };
    });
  }
}

/**
 * How late a timer of the event loop comes, ten milliseconds apart, counted since the start; and how much of that the
 * server's own work on this thread can account for: the rest is a machine that gave its processors to others.
 */
export class EventLoopDelay {
  readonly delay = new Histogram();
  readonly work = new Histogram();
  readonly #timer: NodeJS.Timeout;

  constructor(monotonicMs: () => number, cpuMs: () => number) {
    let expectedMs = monotonicMs() + RESOLUTION_MS;
    let cpuBeforeMs = cpuMs();
    this.#timer = setInterval(() => {
      const [nowMs, cpuNowMs] = [monotonicMs(), cpuMs()];
      const lateMs = Math.max(0, nowMs - expectedMs);
      this.delay.add(lateMs);
      this.work.add(Math.min(lateMs, cpuNowMs - cpuBeforeMs));
      expectedMs = nowMs + RESOLUTION_MS;
      cpuBeforeMs = cpuNowMs;
    }, RESOLUTION_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Processor time that this thread has used, in milliseconds. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
