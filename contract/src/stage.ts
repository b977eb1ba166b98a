import type { StageLedger } from './uplink.ts';

/**
 * Counts what came into a stage, what went out and what was dropped, by reason. `held` is asked of the stage itself,
 * so that a record that vanished shows: in = out + dropped + held.
 */
export class Stage {
  readonly name: string;
  #in = 0;
  #out = 0;
  readonly #dropped = new Map<string, number>();
  #held: () => number;

  constructor(name: string, held: () => number = () => 0) {
    this.name = name;
    this.#held = held;
  }

  holds(held: () => number): void {
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

/** How far a stage is from balance; 0 when nothing vanished. */
export function imbalanceOf(ledger: StageLedger): number {
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  return ledger.in - ledger.out - dropped - ledger.held;
}
