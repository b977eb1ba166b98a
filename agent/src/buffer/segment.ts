import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Range } from '../range-set.ts';
import { STREAMS, type Stream } from './streams.ts';

/** A record as it lies on the disk; `body` is the record as JSON. */
export interface StoredRecord {
  seq: number;
  body: string;
}

export interface NewRecord {
  device: string;
  body: string;
  mark?: { key: string; value: number };
}

/** Ranges that the server acknowledged, told lazily: what is forgotten here is sent again and known there. */
export interface Settled {
  epoch: string;
  ranges: readonly Range[];
}

export interface SegmentName {
  generation: number;
  stream: Stream;
  epoch: string;
  first: number;
}

const FILE = /^([0-9]{10})-([a-z]+)-([0-9a-z]{8,32})-([0-9]{12})\.sqlite$/;

/** `0000000007-reading-<epoch>-000000000001.sqlite`: sorted by name is sorted by age, whatever the clock did. */
export function segmentFile({ generation, stream, epoch, first }: SegmentName): string {
  return `${String(generation).padStart(10, '0')}-${stream}-${epoch}-${String(first).padStart(12, '0')}.sqlite`;
}

export function parseSegmentFile(file: string): SegmentName | undefined {
  const match = FILE.exec(file);
  const stream = STREAMS.find((name) => name === match?.[2]);
  if (!match || stream === undefined) return undefined;
  return { generation: Number(match[1]), stream, epoch: match[3] ?? '', first: Number(match[4]) };
}

export function removeSegmentFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/**
 * A record carries its mark in its own row: a table of marks would have one page more written for every few devices of a
 * commit. `mark` holds what older files knew when this one was begun.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT NULL, markKey TEXT, markValue INTEGER);
  CREATE TABLE IF NOT EXISTS mark (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS settled (epoch TEXT PRIMARY KEY, ranges TEXT NOT NULL) WITHOUT ROWID;
`;

/** One SQLite file of the outbox. Synchronous: it runs in the storage thread, where an fsync stalls nobody. */
export class Segment {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #mark: StatementSync;
  readonly #settle: StatementSync;

  constructor(path: string) {
    this.path = path;
    this.#db = new DatabaseSync(path);
    // Rows are appended and read once, in order: 256 KiB of cache do for what SQLite would take 2 MB.
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 512;
      PRAGMA cache_size = -256;`);
    this.#db.exec(SCHEMA);
    this.#addMarkColumns();
    this.#insert = this.#db.prepare(
      'INSERT INTO record (seq, device, body, markKey, markValue) VALUES (?, ?, ?, ?, ?)',
    );
    this.#mark = this.#db.prepare(
      'INSERT INTO mark (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)',
    );
    this.#settle = this.#db.prepare(
      'INSERT INTO settled (epoch, ranges) VALUES (?, ?) ON CONFLICT (epoch) DO UPDATE SET ranges = excluded.ranges',
    );
  }

  /** Stores all or nothing and returns when it is on the disk. */
  append(first: number, records: readonly NewRecord[], settled: readonly Settled[]): void {
    this.#transaction(() => {
      records.forEach((record, index) => {
        const { device, body, mark } = record;
        this.#insert.run(first + index, device, body, mark?.key ?? null, mark?.value ?? null);
      });
      for (const { epoch, ranges } of settled) this.#settle.run(epoch, JSON.stringify(ranges));
    });
  }

  putMarks(marks: ReadonlyMap<string, number>): void {
    this.#transaction(() => {
      for (const [key, value] of marks) this.#mark.run(key, value);
    });
  }

  read({ from, to }: Range, maxBytes: number): StoredRecord[] {
    const rows: StoredRecord[] = [];
    let bytes = 0;
    for (const row of this.#db
      .prepare('SELECT seq, body FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq')
      .iterate(from, to)) {
      const body = String(row.body);
      bytes += body.length;
      if (rows.length > 0 && bytes > maxBytes) break;
      rows.push({ seq: Number(row.seq), body });
    }
    return rows;
  }

  /** Ranges of sequence numbers that are there. */
  ranges(): Range[] {
    const rows = this.#db
      .prepare(
        'SELECT min(seq) AS low, max(seq) AS high FROM (SELECT seq, seq - row_number() OVER (ORDER BY seq) AS run FROM record) GROUP BY run ORDER BY low',
      )
      .all();
    return rows.map((row) => ({ from: Number(row.low), to: Number(row.high) }));
  }

  countByDevice({ from, to }: Range): Map<string, number> {
    const rows = this.#db
      .prepare('SELECT device, count(*) AS records FROM record WHERE seq BETWEEN ? AND ? GROUP BY device')
      .all(from, to);
    return new Map(rows.map((row) => [String(row.device), Number(row.records)]));
  }

  marks(): [key: string, value: number][] {
    return this.#db
      .prepare(
        `SELECT key, max(value) AS value FROM (
           SELECT key, value FROM mark UNION ALL
           SELECT markKey AS key, markValue AS value FROM record WHERE markKey IS NOT NULL) GROUP BY key`,
      )
      .all()
      .map((row) => [String(row.key), Number(row.value)]);
  }

  settled(): Settled[] {
    return this.#db
      .prepare('SELECT epoch, ranges FROM settled')
      .all()
      .map((row) => ({ epoch: String(row.epoch), ranges: JSON.parse(String(row.ranges)) as Range[] }));
  }

  /** Throws when a page is damaged. */
  check(): void {
    const [row] = this.#db.prepare('PRAGMA quick_check(1)').all();
    if (row?.quick_check !== 'ok') throw new Error(`quick_check: ${String(row?.quick_check)}`);
  }

  close(): void {
    this.#db.close();
  }

  /** Files of earlier releases have marks in `mark` alone. */
  #addMarkColumns(): void {
    const columns = this.#db.prepare("SELECT name FROM pragma_table_info('record')").all();
    if (columns.some(({ name }) => name === 'markKey')) return;
    this.#db.exec('ALTER TABLE record ADD COLUMN markKey TEXT; ALTER TABLE record ADD COLUMN markValue INTEGER;');
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
