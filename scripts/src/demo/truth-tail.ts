import { LineTail } from './line-tail.ts';
import type { Observation } from './verdict.ts';

export interface EmittedReading extends Observation {
  protocol: 'lorawan' | 'modbus';
  /** Epoch milliseconds. */
  at: number;
}

/** Follows the truth that the simulated city writes. */
export class TruthTail {
  readonly #tail: LineTail;
  readonly #emitted: EmittedReading[] = [];

  constructor(file: string) {
    this.#tail = new LineTail(file);
  }

  read(): readonly EmittedReading[] {
    for (const line of this.#tail.read()) this.#emitted.push(JSON.parse(line) as EmittedReading);
    return this.#emitted;
  }
}
