import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Range, RangeSet } from '../range-set.ts';
import {
  type NewRecord,
  parseSegmentFile,
  removeSegmentFiles,
  Segment,
  type SegmentName,
  type Settled,
  type StoredRecord,
  segmentFile,
} from './segment.ts';
import { STREAMS, type Stream } from './streams.ts';

export interface SegmentStoreOptions {
  directory: string;
  /** A fresh identity for an epoch: 8 to 32 of [0-9a-z], never the same twice. */
  newEpoch: () => string;
  maxSegmentRecords: number;
}

/** Records of one epoch that wait for the server's acknowledgement. */
export interface Waiting {
  stream: Stream;
  epoch: string;
  ranges: readonly Range[];
}

export interface OpenReport {
  /** Most important first, oldest first within a stream. */
  waiting: Waiting[];
  marks: Map<string, number>;
  /** Files that could not be trusted and were set aside, by name. */
  quarantined: string[];
  /** What had to go so that a new file could be begun on a full disk. */
  evictions: Eviction[];
}

export interface Eviction {
  stream: Stream;
  epoch: string;
  range: Range;
  byDevice: Map<string, number>;
}

interface Entry extends SegmentName {
  path: string;
  last: number;
  segment: Segment | undefined;
  /** Generation of the newest file when this one took its last record; absent while it is active. */
  closedAt?: number;
}

/** What was settled since is sent again after a crash, and known at the server: cheaper than a page with every commit. */
const SAVE_SETTLED_EVERY = 256;

/**
 * The outbox on the disk: a folder of SQLite files that are only ever appended to and reclaimed by unlinking.
 * Every start begins a new epoch in new files: sequence numbers are never given twice, even where a card lied about
 * an fsync and rows that were sent already vanished with the power.
 */
export class SegmentStore {
  readonly #options: SegmentStoreOptions;
  readonly #entries: Entry[] = [];
  readonly #active = new Map<Stream, Entry>();
  readonly #settled = new Map<string, RangeSet>();
  readonly #unsaved = new Set<string>();
  readonly #marks = new Map<string, number>();
  #generation = 0;
  /** Records since what is settled was last written. */
  #appended = 0;

  constructor(options: SegmentStoreOptions) {
    this.#options = options;
  }

  open(): OpenReport {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
    const quarantined: string[] = [];
    for (const file of readdirSync(this.#options.directory).sort()) {
      const name = parseSegmentFile(file);
      if (name && !this.#load(file, name)) quarantined.push(file);
    }
    const evictions = this.#beginEpoch();
    return { waiting: this.waiting(), marks: new Map(this.#marks), quarantined, evictions };
  }

  /** The new reading segment carries every mark: only then may old files go. A full disk makes room first. */
  #beginEpoch(): Eviction[] {
    const evictions: Eviction[] = [];
    for (;;) {
      try {
        this.#rotate('reading');
        return evictions;
      } catch (error) {
        const eviction = this.evict();
        if (!eviction) throw error;
        evictions.push(eviction);
      }
    }
  }

  /** Stores the records under consecutive numbers; they are on the disk when this returns. */
  append(stream: Stream, records: readonly NewRecord[]): { epoch: string; first: number } {
    let entry = this.#active.get(stream) ?? this.#rotate(stream);
    if (entry.last - entry.first + 1 >= this.#options.maxSegmentRecords) entry = this.#rotate(stream);
    const first = entry.last + 1;
    this.#appended += records.length;
    const isDue = this.#appended >= SAVE_SETTLED_EVERY;
    this.#open(entry).append(first, records, isDue ? this.#takeUnsaved() : []);
    if (isDue) this.#appended = 0;
    entry.last = first + records.length - 1;
    for (const { mark } of records) if (mark) this.#raiseMark(mark.key, mark.value);
    return { epoch: entry.epoch, first };
  }

  /** Reads what is there of the range, at most about `maxBytes`, in order. */
  read(epoch: string, range: Range, maxBytes: number): StoredRecord[] {
    const rows: StoredRecord[] = [];
    let bytesLeft = maxBytes;
    for (const entry of this.#entries) {
      if (entry.epoch !== epoch || entry.first > range.to || entry.last < range.from) continue;
      const part = this.#open(entry).read(range, bytesLeft);
      rows.push(...part);
      bytesLeft -= part.reduce((sum, row) => sum + row.body.length, 0);
      // Where the bytes cut this file short, the next one must wait: whoever reads on does so after the last row.
      const last = part.at(-1);
      if (bytesLeft <= 0 || (last && last.seq < Math.min(range.to, entry.last))) break;
    }
    return rows;
  }

  /** Notes what the server acknowledged and unlinks the files that nobody waits for. Touches no disk page. */
  settle(epoch: string, ranges: readonly Range[]): void {
    const set = this.#settled.get(epoch) ?? new RangeSet();
    this.#settled.set(epoch, set);
    for (const { from, to } of ranges) set.add(from, to);
    this.#unsaved.add(epoch);
    this.#sweep();
  }

  /** Drops the oldest file of the least important stream; `undefined` when no file holds a record. */
  evict(): Eviction | undefined {
    for (const stream of [...STREAMS].reverse()) {
      const entry = this.#entries.find((candidate) => candidate.stream === stream && candidate.last >= candidate.first);
      if (entry) return this.#drop(entry);
    }
    return undefined;
  }

  /** Files whose newest record was written before this wall-clock time, oldest first. */
  evictOlderThan(time: number): Eviction[] {
    const old = this.#entries.filter(
      (entry) =>
        this.#active.get(entry.stream) !== entry &&
        (statSync(entry.path, { throwIfNoEntry: false })?.mtimeMs ?? time) < time,
    );
    return old.map((entry) => this.#drop(entry));
  }

  /** The active file takes no more records; the next one opens a new epoch. What is in it stays readable. */
  retire(stream: Stream): void {
    const entry = this.#active.get(stream);
    if (entry) entry.closedAt = this.#generation;
    this.#active.delete(stream);
  }

  /** Sets aside the file that holds this record because it cannot be read; returns what is lost with it. */
  quarantine(epoch: string, seq: number): Eviction | undefined {
    const entry = this.#entries.find(
      (candidate) => candidate.epoch === epoch && candidate.first <= seq && candidate.last >= seq,
    );
    if (!entry) return undefined;
    if (this.#active.get(entry.stream) === entry) this.retire(entry.stream);
    const lost = this.#unsettled(entry).size;
    this.#setAside(entry);
    const range = { from: entry.first, to: entry.last };
    // Which devices they were of is in the file that cannot be read.
    return { stream: entry.stream, epoch, range, byDevice: new Map([['', lost]]) };
  }

  waiting(): Waiting[] {
    const byEpoch = new Map<string, { stream: Stream; set: RangeSet }>();
    for (const entry of this.#entries) {
      if (entry.last < entry.first) continue;
      const known = byEpoch.get(entry.epoch) ?? { stream: entry.stream, set: new RangeSet() };
      byEpoch.set(entry.epoch, known);
      known.set.add(entry.first, entry.last);
    }
    const waiting: Waiting[] = [];
    for (const [epoch, { stream, set }] of byEpoch) {
      for (const { from, to } of this.#settled.get(epoch)?.ranges ?? []) set.remove(from, to);
      if (set.size > 0) waiting.push({ stream, epoch, ranges: set.ranges });
    }
    return waiting.sort((a, b) => STREAMS.indexOf(a.stream) - STREAMS.indexOf(b.stream));
  }

  /** Bytes on the disk, write-ahead logs included. */
  bytes(): number {
    return this.#entries.reduce((sum, entry) => sum + sizeOf(entry.path) + sizeOf(`${entry.path}-wal`), 0);
  }

  close(): void {
    if (this.#unsaved.size > 0) {
      const entry = this.#active.get('reading') ?? this.#rotate('reading');
      this.#open(entry).append(entry.last + 1, [], this.#takeUnsaved());
    }
    for (const entry of this.#entries) entry.segment?.close();
    this.#entries.length = 0;
    this.#active.clear();
  }

  /** On a full disk no new file can be begun before an old one is gone: the next record opens it. */
  #drop(entry: Entry): Eviction {
    const { stream, epoch, first, last } = entry;
    const byDevice = this.#unsettledByDevice(entry);
    if (this.#active.get(stream) === entry) this.retire(stream);
    this.#discard(entry);
    return { stream, epoch, range: { from: first, to: last }, byDevice };
  }

  #load(file: string, name: SegmentName): boolean {
    const path = join(this.#options.directory, file);
    this.#generation = Math.max(this.#generation, name.generation);
    const entry: Entry = { ...name, path, last: name.first - 1, segment: undefined, closedAt: name.generation };
    try {
      const segment = new Segment(path);
      entry.segment = segment;
      segment.check();
      entry.last = segment.ranges().at(-1)?.to ?? name.first - 1;
      for (const [key, value] of segment.marks()) this.#raiseMark(key, value);
      for (const { epoch, ranges } of segment.settled()) {
        const set = this.#settled.get(epoch) ?? new RangeSet();
        this.#settled.set(epoch, set);
        for (const { from, to } of ranges) set.add(from, to);
      }
      segment.close();
      entry.segment = undefined;
      this.#entries.push(entry);
      return true;
    } catch {
      this.#setAside(entry);
      return false;
    }
  }

  #rotate(stream: Stream): Entry {
    const previous = this.#active.get(stream);
    const generation = ++this.#generation;
    const epoch = previous?.epoch ?? this.#options.newEpoch();
    const first = previous ? previous.last + 1 : 1;
    const name: SegmentName = { generation, stream, epoch, first };
    const path = join(this.#options.directory, segmentFile(name));
    const segment = new Segment(path);
    if (this.#marks.size > 0) segment.putMarks(this.#marks);
    syncDirectory(this.#options.directory);
    const entry: Entry = { ...name, path, last: first - 1, segment };
    this.#entries.push(entry);
    if (previous) previous.closedAt = generation - 1;
    this.#active.set(stream, entry);
    this.#sweep();
    return entry;
  }

  #open(entry: Entry): Segment {
    if (entry.segment) return entry.segment;
    // One old file at a time stays open: a backlog of a thousand files needs one descriptor.
    for (const other of this.#entries) {
      if (other.segment && this.#active.get(other.stream) !== other) {
        other.segment.close();
        other.segment = undefined;
      }
    }
    entry.segment = new Segment(entry.path);
    return entry.segment;
  }

  #sweep(): void {
    for (const entry of [...this.#entries]) {
      // Its marks must stand in a newer file: each file begins with all marks of its time.
      const { closedAt } = entry;
      if (closedAt === undefined || ![...this.#active.values()].some(({ generation }) => generation > closedAt))
        continue;
      if (this.#unsettled(entry).size === 0) this.#discard(entry);
    }
    for (const epoch of [...this.#settled.keys()]) {
      if (this.#entries.some((entry) => entry.epoch === epoch)) continue;
      this.#settled.delete(epoch);
      this.#unsaved.delete(epoch);
    }
  }

  #unsettled(entry: Entry): RangeSet {
    const set = new RangeSet(entry.last >= entry.first ? [{ from: entry.first, to: entry.last }] : []);
    for (const { from, to } of this.#settled.get(entry.epoch)?.ranges ?? []) {
      if (to >= entry.first && from <= entry.last) set.remove(from, to);
    }
    return set;
  }

  #unsettledByDevice(entry: Entry): Map<string, number> {
    const unsettled = this.#unsettled(entry);
    const counts = new Map<string, number>();
    try {
      for (const range of unsettled.ranges) {
        for (const [device, records] of this.#open(entry).countByDevice(range)) {
          counts.set(device, (counts.get(device) ?? 0) + records);
        }
      }
      return counts;
    } catch {
      // A damaged file cannot say whose they were; how many is known without it.
      return new Map([['', unsettled.size]]);
    }
  }

  #discard(entry: Entry): void {
    entry.segment?.close();
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    removeSegmentFiles(entry.path);
  }

  #setAside(entry: Entry): void {
    try {
      entry.segment?.close();
    } catch {
      // A damaged file may fail to close too; its descriptor goes with the process.
    }
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
    const folder = join(this.#options.directory, 'quarantine');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const suffix of ['', '-wal']) {
      if (sizeOf(entry.path + suffix) > 0) renameSync(entry.path + suffix, join(folder, segmentFile(entry) + suffix));
    }
    removeSegmentFiles(entry.path);
  }

  #raiseMark(key: string, value: number): void {
    if (value > (this.#marks.get(key) ?? -1)) this.#marks.set(key, value);
  }

  #takeUnsaved(): Settled[] {
    const settled = [...this.#unsaved].map((epoch) => ({ epoch, ranges: this.#settled.get(epoch)?.ranges ?? [] }));
    this.#unsaved.clear();
    return settled;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
