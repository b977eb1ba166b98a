import type { Lane } from '@vigie/contract';

/** How much of what gateways sent may be in the server's memory at once. */
export interface IngestLimits {
  /** Batches that are taken apart, stored and published at the same time. */
  batches: number;
  /** Bytes of batches that wait for that, as they came; with more, a gateway is told to come back later. */
  waitingBytes: number;
}

export const INGEST_LIMITS: IngestLimits = { batches: 16, waitingBytes: 268_435_456 };

interface Waiting {
  bytes: number;
  proceed(): void;
}

/**
 * Lets batches into the ingest in the order in which they came, those of live lanes first. While one waits, its connection is read no further, so
 * that TCP slows the gateway down; only what many connections hold together can exceed a limit.
 */
export class IngestGate {
  readonly #limits: IngestLimits;
  /** A set keeps the order and gives up its first member at no cost, however long it is. */
  readonly #queues: Record<Lane, Set<Waiting>> = { live: new Set(), backlog: new Set() };
  #inside = 0;
  #waitingBytes = 0;

  constructor(limits: IngestLimits = INGEST_LIMITS) {
    this.#limits = limits;
  }

  get inside(): number {
    return this.#inside;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves to false at once where too much waits already; otherwise `leave` must follow. */
  async enter(lane: Lane, bytes: number): Promise<boolean> {
    if (this.#inside < this.#limits.batches) {
      this.#inside += 1;
      return true;
    }
    if (this.#waitingBytes + bytes > this.#limits.waitingBytes) return false;
    this.#waitingBytes += bytes;
    return new Promise((resolve) => {
      this.#queues[lane].add({ bytes, proceed: () => resolve(true) });
    });
  }

  /** The place goes to whoever waits longest. */
  leave(): void {
    const queue = this.#queues.live.size > 0 ? this.#queues.live : this.#queues.backlog;
    const [next] = queue;
    if (!next) {
      this.#inside -= 1;
      return;
    }
    queue.delete(next);
    this.#waitingBytes -= next.bytes;
    next.proceed();
  }
}
