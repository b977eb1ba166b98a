interface Work {
  carryOut(): void;
}

/** Longest stretch of work after which everything else that waits for the event loop comes first. */
const BUDGET_MS = 8;

/**
 * Carries out pieces of work in their order, a few milliseconds of them in each iteration of the event loop: however
 * many batches come at once, timers and sockets in between wait for one piece and no more.
 */
export class Turns {
  readonly #monotonicMs: () => number;
  #queue: Work[] = [];
  #scheduled = false;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push({
        carryOut: () => {
          try {
            resolve(work());
          } catch (error) {
            reject(error);
          }
        },
      });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const endsMs = this.#monotonicMs() + BUDGET_MS;
    let done = 0;
    for (const work of this.#queue) {
      work.carryOut();
      done += 1;
      if (this.#monotonicMs() >= endsMs) break;
    }
    this.#queue.splice(0, done);
    if (this.#queue.length > 0) this.#schedule();
  }
}
