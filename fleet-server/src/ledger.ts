import type { StageLedger } from '@vigie/contract';

/** Counters of one stage: in = out + dropped + held, always; `held` is asked of the stage, so that what vanished shows. */
export class Stage {
  #in = 0;
  #out = 0;
  readonly #dropped = new Map<string, number>();
  readonly #held: () => number;

  constructor(held: () => number = () => 0) {
    this.#held = held;
  }

  in(count = 1): void {
    this.#in += count;
  }

  out(count = 1): void {
    this.#out += count;
  }

  drop(reason: string, count = 1): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  snapshot(): StageLedger {
    return { in: this.#in, out: this.#out, held: this.#held(), dropped: Object.fromEntries(this.#dropped) };
  }
}
