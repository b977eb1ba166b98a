import type { Range } from '../range-set.ts';

/** A batch that was sent and waits for the server's word. */
export interface InFlight {
  batch: number;
  epoch: string;
  stream: string;
  ranges: readonly Range[];
  records: number;
  sentAtMs: number;
}

/** The batches of one lane in one session: numbered from 1, acknowledged up to a number. */
export class LaneWindow {
  readonly #size: number;
  readonly #inFlight: InFlight[] = [];
  #nextBatch = 1;

  constructor(size: number) {
    this.#size = size;
  }

  get isFull(): boolean {
    return this.#inFlight.length >= this.#size;
  }

  get records(): number {
    return this.#inFlight.reduce((sum, { records }) => sum + records, 0);
  }

  get oldestSentAtMs(): number | undefined {
    return this.#inFlight[0]?.sentAtMs;
  }

  send(batch: Omit<InFlight, 'batch'>): InFlight {
    const sent = { ...batch, batch: this.#nextBatch++ };
    this.#inFlight.push(sent);
    return sent;
  }

  /** The batches that are dealt with now. A number that was never given out acknowledges nothing. */
  acknowledge(throughBatch: number): InFlight[] {
    if (throughBatch >= this.#nextBatch) return [];
    const open = this.#inFlight.findIndex(({ batch }) => batch > throughBatch);
    return this.#inFlight.splice(0, open < 0 ? this.#inFlight.length : open);
  }

  /** The session is over: what was under way comes back, numbers begin anew. */
  abandon(): InFlight[] {
    this.#nextBatch = 1;
    return this.#inFlight.splice(0);
  }
}
