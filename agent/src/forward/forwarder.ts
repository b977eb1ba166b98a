import {
  Acknowledgement,
  type BatchFormat,
  describeViolations,
  encodeBatch,
  type Lane,
  PROTOCOL_VERSION,
  uplinkTopic,
  validate,
} from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { Stage } from '../ledger.ts';
import type { Range } from '../range-set.ts';
import { Backlog, type BacklogEntry } from './backlog.ts';
import { rangesOf } from './batch.ts';
import { type InFlight, LaneWindow } from './lane-window.ts';
import type { UplinkPolicy } from './uplink-policy.ts';

export interface ForwarderLimits {
  /** Longest wait of a live record for others to share its batch with. */
  liveDelayMs: number;
  liveWindow: number;
  /** Live records in memory; what comes beyond goes through the backlog lane. */
  liveQueue: number;
  backlogWindow: number;
  batchRecords: number;
  batchBytes: number;
  /** A session in which the server owes its word for so long is of no use. */
  acknowledgementTimeoutMs: number;
  /** Bytes that the socket may hold before the backlog waits. */
  socketBytes: number;
}

export const DEFAULT_FORWARDER_LIMITS: ForwarderLimits = {
  liveDelayMs: 25,
  liveWindow: 16,
  liveQueue: 2_000,
  backlogWindow: 4,
  batchRecords: 500,
  batchBytes: 256 * 1024,
  acknowledgementTimeoutMs: 30_000,
  socketBytes: 1024 * 1024,
};

/** A record as it lies on the disk: `body` is the record as JSON. */
export interface StoredRecord {
  seq: number;
  body: string;
}

export interface ForwardedRecord {
  epoch: string;
  seq: number;
  stream: string;
  record: unknown;
}

export interface ForwarderParts {
  gateway: string;
  /** Plain JSON is for people with a protocol analyser. */
  format: BatchFormat;
  publish(topic: string, payload: Uint8Array): void;
  bufferedBytes(): number;
  /** Ends the session: the link comes back by itself. */
  reset(reason: string): void;
  policy: Pick<UplinkPolicy, 'mayGo' | 'sent'>;
  read(epoch: string, range: Range, maxBytes: number): Promise<StoredRecord[]>;
  settle(epoch: string, ranges: readonly Range[]): Promise<void>;
  clock: Clock;
  stage: Stage;
  /** A record that the server kept aside. */
  rejected(epoch: string, seq: number, code: string, message: string): void;
  log: Pick<BoundedLog, 'warn' | 'bug'>;
}

/**
 * Sends records in two lanes. What became durable a moment ago goes live from memory; everything else is read from the
 * disk and follows in the backlog lane. A record leaves the disk only after the server's acknowledgement.
 */
export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #limits: ForwarderLimits;
  readonly #backlog: Backlog;
  readonly #windows: Record<Lane, LaneWindow>;
  #live: ForwardedRecord[] = [];
  #liveTimer: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #session = 0;
  #up = false;
  #draining = false;
  readonly #bug: (cause: unknown) => void;

  constructor(parts: ForwarderParts, streams: readonly string[], limits: Partial<ForwarderLimits> = {}) {
    this.#parts = parts;
    this.#bug = parts.log.bug('forwarder');
    this.#limits = { ...DEFAULT_FORWARDER_LIMITS, ...limits };
    this.#backlog = new Backlog(streams);
    this.#windows = {
      live: new LaneWindow(this.#limits.liveWindow),
      backlog: new LaneWindow(this.#limits.backlogWindow),
    };
    parts.stage.holds(() => this.#windows.live.records + this.#windows.backlog.records);
  }

  addBacklog(entries: readonly BacklogEntry[]): void {
    for (const { epoch, stream, ranges } of entries) {
      for (const { from, to } of ranges) this.#backlog.add(epoch, stream, from, to);
    }
    this.#drain().catch(this.#bug);
  }

  /** Records that are on the disk now. */
  offer(records: readonly ForwardedRecord[]): void {
    for (const record of records) {
      const goesLive =
        this.#up && this.#live.length < this.#limits.liveQueue && this.#parts.policy.mayGo(record.stream);
      if (goesLive) this.#live.push(record);
      else this.#backlog.add(record.epoch, record.stream, record.seq);
    }
    if (this.#live.length > 0) this.#liveTimer ??= setTimeout(() => this.#sendLive(), this.#limits.liveDelayMs);
  }

  /** Records that were dropped from the disk: they are not sent any more. */
  forget(epoch: string, { from, to }: Range): void {
    this.#backlog.remove(epoch, from, to);
  }

  sessionUp(): void {
    this.#up = true;
    this.#session++;
    this.#watchdog = setInterval(() => this.#watch(), 1_000);
    this.#drain().catch(this.#bug);
  }

  sessionDown(): void {
    this.#up = false;
    clearInterval(this.#watchdog);
    clearTimeout(this.#liveTimer);
    this.#liveTimer = undefined;
    for (const window of Object.values(this.#windows)) {
      for (const { epoch, stream, ranges, records } of window.abandon()) {
        this.#parts.stage.drop('CONNECTION_LOST', records);
        for (const { from, to } of ranges) this.#backlog.add(epoch, stream, from, to);
      }
    }
    for (const { epoch, stream, seq } of this.#live.splice(0)) this.#backlog.add(epoch, stream, seq);
  }

  /** The server's word on batches; false where it is nonsense. */
  acknowledge(payload: unknown): boolean {
    const checked = validate(Acknowledgement, payload);
    if (!checked.ok) {
      this.#parts.log.warn('MESSAGE_INVALID', { leaf: 'ack', detail: describeViolations(checked.violations) });
      return false;
    }
    const { lane, throughBatch, rejected, epoch } = checked.value;
    for (const { seq, code, message } of rejected ?? []) this.#parts.rejected(epoch, seq, code, message);
    for (const done of this.#windows[lane].acknowledge(throughBatch)) {
      this.#parts.stage.out(done.records);
      this.#parts.settle(done.epoch, done.ranges).catch(this.#bug);
    }
    if (this.#live.length > 0) this.#sendLive();
    this.#drain().catch(this.#bug);
    return true;
  }

  status(): { live: number; backlog: number; inFlight: number } {
    const inFlight = this.#windows.live.records + this.#windows.backlog.records;
    return { live: this.#live.length, backlog: this.#backlog.size, inFlight };
  }

  stop(): void {
    this.sessionDown();
  }

  #sendLive(): void {
    clearTimeout(this.#liveTimer);
    this.#liveTimer = undefined;
    while (this.#up && this.#live.length > 0 && !this.#windows.live.isFull) {
      const epoch = this.#live[0]?.epoch ?? '';
      const end = this.#live.findIndex((record, index) => record.epoch !== epoch || index >= this.#limits.batchRecords);
      this.#send('live', this.#live.splice(0, end < 0 ? this.#live.length : end));
    }
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#up && !this.#windows.backlog.isFull && this.#parts.bufferedBytes() < this.#limits.socketBytes) {
        if (!(await this.#sendBacklogBatch())) break;
      }
    } finally {
      this.#draining = false;
    }
  }

  async #sendBacklogBatch(): Promise<boolean> {
    const next = this.#backlog.take(this.#limits.batchRecords, (stream) => this.#parts.policy.mayGo(stream));
    if (!next) return false;
    const { epoch, stream, range } = next;
    const session = this.#session;
    const putBack = (from: number) => this.#backlog.add(epoch, stream, from, range.to);
    let rows: StoredRecord[];
    try {
      rows = await this.#parts.read(epoch, range, this.#limits.batchBytes);
    } catch (error) {
      putBack(range.from);
      this.#parts.log.warn('BUFFER_CORRUPT', { detail: String(error) });
      return false;
    }
    if (!this.#up || session !== this.#session) {
      putBack(range.from);
      return false;
    }
    const last = rows.at(-1);
    // Too many bytes for one batch: the rest waits. What the disk does not hold any more was dropped and counted there.
    if (last && last.seq < range.to) putBack(last.seq + 1);
    if (rows.length > 0)
      this.#send(
        'backlog',
        rows.map(({ seq, body }) => ({ epoch, seq, stream, record: JSON.parse(body) })),
      );
    return true;
  }

  #send(lane: Lane, records: readonly ForwardedRecord[]): void {
    const [first] = records;
    if (!first) return;
    const { epoch, stream } = first;
    const sentAtMs = this.#parts.clock.monotonicMs();
    const sent: InFlight = this.#windows[lane].send({
      epoch,
      stream,
      ranges: rangesOf(records),
      records: records.length,
      sentAtMs,
    });
    this.#parts.stage.in(records.length);
    const payload = encodeBatch(
      { v: PROTOCOL_VERSION, epoch, lane, batch: sent.batch, sentAt: this.#parts.clock.now() },
      records,
      this.#parts.format,
    );
    this.#parts.policy.sent(payload.length);
    this.#parts.publish(uplinkTopic(this.#parts.gateway, lane), payload);
  }

  #watch(): void {
    const now = this.#parts.clock.monotonicMs();
    for (const { oldestSentAtMs } of Object.values(this.#windows)) {
      if (oldestSentAtMs === undefined || now - oldestSentAtMs < this.#limits.acknowledgementTimeoutMs) continue;
      this.#parts.reset('ACKNOWLEDGEMENT_TIMEOUT');
      return;
    }
    this.#drain().catch(this.#bug);
  }
}
