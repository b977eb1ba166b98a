import { FairLine } from './fair-line.ts';
import type { Sender } from './ingest-gate.ts';

interface Work {
  carryOut(): void;
}

/** Longest stretch of work after which everything else that waits for the event loop comes first. */
const BUDGET_MS = 8;

/**
 * Carries out pieces of work, those of one gateway in their order and gateways in turns, a few milliseconds of them in each
 * iteration of the event loop: however many batches come at once, timers and sockets in between wait for one piece and no
 * more, and a gateway waits for one piece of each other one.
 */
export class Turns {
  readonly #monotonicMs: () => number;
  readonly #line = new FairLine<Work>();
  readonly #ordered: Work[] = [];
  #scheduled = false;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  run<T>(sender: Sender, work: () => T): Promise<T> {
    return this.#enter(work, (entered) => this.#line.add(sender, entered));
  }

  /** What must come in one order whoever sent it: before all else, in the order of the calls. */
  inOrder<T>(work: () => T): Promise<T> {
    return this.#enter(work, (entered) => this.#ordered.push(entered));
  }

  #enter<T>(work: () => T, add: (work: Work) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      add({
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
    for (let work = this.#next(); work; work = this.#monotonicMs() < endsMs ? this.#next() : undefined) work.carryOut();
    if (this.#ordered.length + this.#line.size > 0) this.#schedule();
  }

  #next(): Work | undefined {
    return this.#ordered.shift() ?? this.#line.take();
  }
}
