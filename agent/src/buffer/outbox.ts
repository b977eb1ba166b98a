import { type OutboxRecord, priorityOf } from '@vigie/contract';
import type { Stage } from '../ledger.ts';
import type { Range } from '../range-set.ts';
import type { NewRecord, StoredRecord } from './segment.ts';
import type { Eviction, OpenReport, Waiting } from './segment-store.ts';
import { type Stream, streamOf } from './streams.ts';

/** The storage thread as far as the outbox needs it. */
export interface OutboxStorage {
  append(stream: Stream, records: readonly NewRecord[]): Promise<{ epoch: string; first: number }>;
  read(epoch: string, range: Range, maxBytes: number): Promise<StoredRecord[]>;
  settle(epoch: string, ranges: readonly Range[]): Promise<void>;
  retire(stream: Stream): Promise<void>;
  quarantine(epoch: string, seq: number): Promise<Eviction | undefined>;
  /** Drops the oldest file of the least important stream. */
  evict(): Promise<Eviction | undefined>;
  trim(maxBytes: number, olderThan: number | undefined): Promise<{ evictions: Eviction[]; bytes: number }>;
}

export interface OutboxLimits {
  /** Bytes on the disk beyond which the least important records go. */
  maxBytes: number;
  /** Records that wait in memory for the disk; one more is refused. */
  maxQueued: number;
  /** Longest time that a record waits for others to share its fsync with. */
  commitDelayMs: number;
  /** Most records in one transaction. */
  maxCommit: number;
}

export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = {
  maxBytes: 512 * 1024 * 1024,
  maxQueued: 20_000,
  commitDelayMs: 20,
  maxCommit: 1_000,
};

/** A record that is on the disk, for the live lane: still at hand, so that it need not be read back. */
export interface DurableRecord {
  epoch: string;
  seq: number;
  stream: Stream;
  record: OutboxRecord;
}

export type AppendOutcome =
  | { ok: true; epoch: string; seq: number }
  | { ok: false; reason: 'BUFFER_OVERLOAD' | 'BUFFER_FAILED' };

/** Why records left the disk before the server had them. */
export type DropReason = 'BUFFER_FULL' | 'BUFFER_EXPIRED' | 'BUFFER_CORRUPT';

interface Queued {
  record: OutboxRecord;
  entry: NewRecord;
  resolve: (outcome: AppendOutcome) => void;
}

const TRIM_EVERY_BYTES = 4 * 1024 * 1024;
const STORE_TRIES = 4;

/**
 * The main thread's end of the buffer. Appends of one moment share one transaction (group commit); whoever appended is
 * told when the record is on the disk, then the listeners get it.
 */
export class Outbox {
  readonly #storage: OutboxStorage;
  readonly #stage: Stage;
  readonly #limits: OutboxLimits;
  readonly #queues = new Map<Stream, Queued[]>();
  readonly #durable: ((records: DurableRecord[]) => void)[] = [];
  readonly #evicted: ((eviction: Eviction & { reason: DropReason }) => void)[] = [];
  #recovered: Waiting[];
  #queued = 0;
  #waiting = 0;
  #bytes = 0;
  #bytesSinceTrim = 0;
  #timer: NodeJS.Timeout | undefined;
  #committing = false;
  #maxAgeDays: number | undefined;
  #maxBytes: number;

  constructor(storage: OutboxStorage, opened: OpenReport, stage: Stage, limits: OutboxLimits = DEFAULT_OUTBOX_LIMITS) {
    this.#storage = storage;
    this.#stage = stage;
    this.#limits = limits;
    this.#maxBytes = limits.maxBytes;
    this.#recovered = opened.waiting;
    this.#waiting = opened.waiting
      .flatMap(({ ranges }) => ranges)
      .reduce((sum, { from, to }) => sum + to - from + 1, 0);
    stage.in(this.#waiting);
    stage.holds(() => this.#waiting + this.#queued);
  }

  /** What an earlier process left: the forwarder's first backlog. Given out once. */
  takeRecovered(): Waiting[] {
    const recovered = this.#recovered;
    this.#recovered = [];
    return recovered;
  }

  onDurable(listener: (records: DurableRecord[]) => void): void {
    this.#durable.push(listener);
  }

  onEvicted(listener: (eviction: Eviction & { reason: DropReason }) => void): void {
    this.#evicted.push(listener);
  }

  limit({ maxBytes, maxAgeDays }: { maxBytes?: number | undefined; maxAgeDays?: number | undefined }): void {
    this.#maxBytes = maxBytes ?? this.#limits.maxBytes;
    this.#maxAgeDays = maxAgeDays;
  }

  /** Resolves when the record is on the disk, or with the reason why it never will be. */
  append(record: OutboxRecord, mark?: { key: string; value: number }): Promise<AppendOutcome> {
    this.#stage.in();
    if (this.#queued >= this.#limits.maxQueued) {
      this.#stage.drop('BUFFER_OVERLOAD');
      return Promise.resolve({ ok: false, reason: 'BUFFER_OVERLOAD' });
    }
    const device = 'device' in record && record.device !== undefined ? record.device : '';
    const entry: NewRecord = { device, body: JSON.stringify(record), ...(mark ? { mark } : {}) };
    return new Promise((resolve) => {
      const stream = streamOf(priorityOf(record));
      const queue = this.#queues.get(stream) ?? [];
      this.#queues.set(stream, queue);
      queue.push({ record, entry, resolve });
      this.#queued++;
      this.#timer ??= setTimeout(() => void this.#commit(), this.#limits.commitDelayMs);
    });
  }

  /** Reads records back; a file that cannot be read is set aside and what is lost with it told as a drop. */
  async read(epoch: string, range: Range, maxBytes: number): Promise<StoredRecord[]> {
    try {
      return await this.#storage.read(epoch, range, maxBytes);
    } catch {
      const lost = await this.#storage.quarantine(epoch, range.from);
      if (lost) this.#noteEviction(lost, 'BUFFER_CORRUPT');
      return [];
    }
  }

  /** The server has these: they may go from the disk. */
  async settle(epoch: string, ranges: readonly Range[]): Promise<void> {
    const count = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    this.#waiting -= count;
    this.#stage.out(count);
    await this.#storage.settle(epoch, ranges);
  }

  status(): { records: number; bytes: number } {
    return { records: this.#waiting + this.#queued, bytes: this.#bytes };
  }

  /** Drops what is over the limits of size and age; `now` is absent while the clock is not trusted. */
  async trim(now: number | undefined): Promise<void> {
    const days = this.#maxAgeDays;
    const olderThan = days === undefined || now === undefined ? undefined : now - days * 86_400_000;
    const { evictions, bytes } = await this.#storage.trim(this.#maxBytes, olderThan);
    this.#bytes = bytes;
    for (const eviction of evictions)
      this.#noteEviction(eviction, olderThan === undefined ? 'BUFFER_FULL' : 'BUFFER_EXPIRED');
  }

  /** Waits until everything appended so far is on the disk or refused. */
  async flush(): Promise<void> {
    while (this.#queued > 0) await this.#commit();
  }

  #noteEviction(eviction: Eviction, reason: DropReason): void {
    const records = [...eviction.byDevice.values()].reduce((sum, count) => sum + count, 0);
    this.#waiting -= records;
    this.#stage.drop(reason, records);
    for (const listener of this.#evicted) listener({ ...eviction, reason });
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#committing) {
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    this.#committing = true;
    try {
      for (const [stream, queue] of this.#queues) {
        if (queue.length > 0) await this.#commitStream(stream, queue.splice(0, this.#limits.maxCommit));
      }
    } finally {
      this.#committing = false;
    }
    if (this.#queued > 0) this.#timer ??= setTimeout(() => void this.#commit(), 0);
  }

  async #commitStream(stream: Stream, batch: Queued[]): Promise<void> {
    const stored = await this.#store(stream, batch);
    this.#queued -= batch.length;
    if (stored === undefined) {
      this.#stage.drop('BUFFER_FAILED', batch.length);
      for (const { resolve } of batch) resolve({ ok: false, reason: 'BUFFER_FAILED' });
      return;
    }
    const { epoch, first } = stored;
    this.#waiting += batch.length;
    for (const [index, { resolve }] of batch.entries()) resolve({ ok: true, epoch, seq: first + index });
    const durable = batch.map(({ record }, index) => ({ epoch, stream, seq: first + index, record }));
    for (const listener of this.#durable) listener(durable);
    await this.#trimNowAndThen(batch);
  }

  /**
   * A full disk makes room by the drop policy; a file that refuses for another reason takes no more records and a new one
   * is tried. Only then is a record given up: a damaged page or a full card must not stop the gateway.
   */
  async #store(stream: Stream, batch: readonly Queued[]): Promise<{ epoch: string; first: number } | undefined> {
    const entries = batch.map(({ entry }) => entry);
    for (let tries = 0; tries < STORE_TRIES; tries++) {
      try {
        return await this.#storage.append(stream, entries);
      } catch (error) {
        const recovered = isFull(error) ? await this.#makeRoom() : await this.#startAnew(stream);
        if (!recovered) return undefined;
      }
    }
    return undefined;
  }

  /** The oldest file of the least important stream goes. */
  async #makeRoom(): Promise<boolean> {
    const eviction = await this.#storage.evict().catch(() => undefined);
    if (eviction) this.#noteEviction(eviction, 'BUFFER_FULL');
    return eviction !== undefined;
  }

  async #startAnew(stream: Stream): Promise<boolean> {
    return this.#storage.retire(stream).then(
      () => true,
      () => false,
    );
  }

  async #trimNowAndThen(batch: readonly Queued[]): Promise<void> {
    this.#bytesSinceTrim += batch.reduce((sum, { entry }) => sum + entry.body.length, 0);
    if (this.#bytesSinceTrim < Math.min(TRIM_EVERY_BYTES, this.#maxBytes / 8)) return;
    this.#bytesSinceTrim = 0;
    await this.trim(undefined);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'failure' in error && error.failure === 'full';
}
