import { LineTail } from '../demo/line-tail.ts';

/**
 * What the agent said was on its disk: the `stored` lines of its log at level debug. They are written after the
 * transaction and survive a kill, since the pipe is not the agent's.
 */
export class StoredLog {
  readonly #tail: LineTail;
  readonly #stored: { epoch: string; seq: number }[] = [];

  constructor(file: string) {
    this.#tail = new LineTail(file);
  }

  /** Records of readings in the order in which they became durable. */
  read(): readonly { epoch: string; seq: number }[] {
    for (const line of this.#tail.read()) {
      if (!line.includes('"msg":"stored"') || !line.includes('"stream":"reading"')) continue;
      const { epoch, seq } = JSON.parse(line) as { epoch: string; seq: number };
      this.#stored.push({ epoch, seq });
    }
    return this.#stored;
  }
}
