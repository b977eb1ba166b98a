import type { Lane } from '@vigie/contract';
import { FairLine } from './fair-line.ts';

/** How much of what gateways sent may be in the server's memory at once. */
export interface IngestLimits {
  /** Batches that are taken apart, stored and published at the same time. */
  batches: number;
  /** Of them those of one gateway. */
  batchesPerGateway: number;
  /** Bytes of batches that wait for that, as they came; with more, a gateway is told to come back later. */
  waitingBytes: number;
  /** Of them those of one gateway. */
  waitingBytesPerGateway: number;
}

export const INGEST_LIMITS: IngestLimits = {
  ...{ batches: 16, batchesPerGateway: 2 },
  ...{ waitingBytes: 268_435_456, waitingBytesPerGateway: 16_777_216 },
};

/** Whose batch it is. */
export interface Sender {
  tenant: string;
  gateway: string;
}

interface Waiting {
  sender: Sender;
  bytes: number;
  proceed(): void;
}

/** So many live batches go first before one of a backlog does: neither lane can stop the other. */
const LIVE_IN_A_ROW = 4;

/**
 * Lets batches into the ingest, tenants and their gateways in turns, those of live lanes before those of backlogs. While one
 * waits, its connection is read no further, so that TCP slows the gateway down; a gateway waits for its own share only.
 */
export class IngestGate {
  readonly #limits: IngestLimits;
  readonly #lines: Record<Lane, FairLine<Waiting>> = { live: new FairLine(), backlog: new FairLine() };
  readonly #insideOf = new Map<string, number>();
  readonly #waitingOf = new Map<string, number>();
  #inside = 0;
  #waitingBytes = 0;
  #liveInARow = 0;

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
  async enter(sender: Sender, lane: Lane, bytes: number): Promise<boolean> {
    const { waitingBytes, waitingBytesPerGateway } = this.#limits;
    const { gateway } = sender;
    if (this.#inside < this.#limits.batches && this.#mayProceed(gateway)) {
      this.#goIn(gateway);
      return true;
    }
    const waiting = this.#waitingOf.get(gateway) ?? 0;
    if (this.#waitingBytes + bytes > waitingBytes || waiting + bytes > waitingBytesPerGateway) return false;
    this.#count(gateway, bytes);
    return new Promise((resolve) => {
      this.#lines[lane].add(sender, { sender, bytes, proceed: () => resolve(true) });
    });
  }

  /** The place goes to whoever's turn it is. */
  leave({ gateway }: Sender): void {
    this.#inside -= 1;
    add(this.#insideOf, gateway, -1);
    while (this.#inside < this.#limits.batches) {
      const next = this.#next();
      if (!next) return;
      this.#count(next.sender.gateway, -next.bytes);
      this.#goIn(next.sender.gateway);
      next.proceed();
    }
  }

  #next(): Waiting | undefined {
    const { live, backlog } = this.#lines;
    const mayProceed = (gateway: string) => this.#mayProceed(gateway);
    const order = this.#liveInARow < LIVE_IN_A_ROW ? [live, backlog] : [backlog, live];
    for (const line of order) {
      const next = line.take(mayProceed);
      if (!next) continue;
      this.#liveInARow = line === live ? this.#liveInARow + 1 : 0;
      return next;
    }
    return undefined;
  }

  #mayProceed(gateway: string): boolean {
    return (this.#insideOf.get(gateway) ?? 0) < this.#limits.batchesPerGateway;
  }

  #goIn(gateway: string): void {
    this.#inside += 1;
    add(this.#insideOf, gateway, 1);
  }

  #count(gateway: string, bytes: number): void {
    this.#waitingBytes += bytes;
    add(this.#waitingOf, gateway, bytes);
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
