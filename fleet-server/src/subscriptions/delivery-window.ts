/** Keeps what is under way small enough that a new publication is not long behind it. */
export interface Pace {
  /** A publication should be acknowledged within this; the window shrinks while it is not. */
  targetMs: number;
  monotonicMs: () => number;
}

export interface WindowOptions {
  /** The window's packet identifiers are `firstId` to `firstId + size - 1`. */
  firstId: number;
  /** Most publications from the oldest that is not acknowledged to the newest. */
  size: number;
  pace?: Pace;
}

const LEAST = 64;
const START = 1_024;
const SHRINK = 0.7;
const GROW = 1.5;

/**
 * What is under way to one subscriber at QoS 1 on one lane, in the order of the log. The position moves past a record
 * only when every publication of it, and of all records before it, was acknowledged.
 */
export class DeliveryWindow {
  readonly #firstId: number;
  readonly #size: number;
  readonly #pace: Pace | undefined;
  /**
   * By number of the publication modulo the size: the record that it belongs to, and whether it is still open. They take
   * no memory before the first publication: most windows for a backlog never see one.
   */
  #logs = new Float64Array(0);
  #open = new Uint8Array(0);
  #limit: number;
  /** Publications so far, and how many of them, from the first on, are acknowledged. */
  #sent = 0;
  #done = 0;
  #position: number;
  #sentThrough: number;
  /** The publication whose way there and back is timed. */
  #timed: { number: number; atMs: number; wasFull: boolean } | undefined;

  constructor(position: number, { firstId, size, pace }: WindowOptions) {
    this.#position = position;
    this.#sentThrough = position;
    this.#firstId = firstId;
    this.#size = size;
    this.#pace = pace;
    this.#limit = pace ? Math.min(START, size) : size;
  }

  /** Everything up to this id of the log was acknowledged. */
  get position(): number {
    return this.#position;
  }

  get room(): number {
    return Math.max(0, this.#limit - (this.#sent - this.#done));
  }

  /** Enough of it is free to be worth a write. */
  get open(): boolean {
    return this.room * 8 >= this.#limit;
  }

  /** Gives a free packet identifier to a publication of this record; there must be room. */
  send(log: number): number {
    const slot = this.#sent % this.#size;
    if (this.#logs.length === 0) {
      this.#logs = new Float64Array(this.#size);
      this.#open = new Uint8Array(this.#size);
    }
    this.#logs[slot] = log;
    this.#open[slot] = 1;
    if (this.#pace && !this.#timed) {
      this.#timed = { number: this.#sent, atMs: this.#pace.monotonicMs(), wasFull: false };
    }
    this.#sent += 1;
    if (this.#timed && this.room === 0) this.#timed.wasFull = true;
    return this.#firstId + slot;
  }

  /** Every record up to this id was handed over (or was not for this subscriber). */
  passed(log: number): void {
    if (log > this.#sentThrough) this.#sentThrough = log;
    this.#move();
  }

  /** False for an identifier that is not this window's. */
  acknowledge(messageId: number): boolean {
    const slot = messageId - this.#firstId;
    if (slot < 0 || slot >= this.#size) return false;
    this.#open[slot] = 0;
    while (this.#done < this.#sent && this.#open[this.#done % this.#size] === 0) this.#done += 1;
    if (this.#timed && this.#done > this.#timed.number) this.#adapt(this.#timed);
    this.#move();
    return true;
  }

  #move(): void {
    const oldest = this.#done < this.#sent ? (this.#logs[this.#done % this.#size] ?? 0) - 1 : this.#sentThrough;
    const reached = Math.min(oldest, this.#sentThrough);
    if (reached > this.#position) this.#position = reached;
  }

  #adapt({ atMs, wasFull }: { atMs: number; wasFull: boolean }): void {
    this.#timed = undefined;
    if (!this.#pace) return;
    const tookMs = this.#pace.monotonicMs() - atMs;
    if (tookMs > this.#pace.targetMs) this.#limit = Math.max(LEAST, Math.floor(this.#limit * SHRINK));
    else if (wasFull) this.#limit = Math.min(this.#size, Math.ceil(this.#limit * GROW));
  }
}
