import type { ErrorCode } from '@vigie/contract';
import type { StoredRecord } from '../buffer/segment.ts';
import type { Eviction, OpenReport } from '../buffer/segment-store.ts';
import type { Stream } from '../buffer/streams.ts';
import type { Range } from '../range-set.ts';
import type { StateChange } from '../state-store.ts';
import type { StateKeyPlace } from './state-seal.ts';

/** Records as columns: they cross between the threads in a third of the time that as many objects take. */
export interface RecordColumns {
  devices: string[];
  bodies: string[];
  /** '' where a record has no mark. */
  markKeys: string[];
  markValues: number[];
}

/** What the storage thread can be asked for, by name: arguments and answer. */
export interface Operations {
  openOutbox: (directory: string, maxSegmentRecords: number) => OpenReport;
  append: (stream: Stream, records: RecordColumns) => { epoch: string; first: number };
  read: (epoch: string, range: Range, maxBytes: number) => StoredRecord[];
  settle: (epoch: string, ranges: readonly Range[]) => void;
  /** The active file of a stream takes no more records; what is in it stays readable. */
  retire: (stream: Stream) => void;
  /** Sets aside the file of an epoch that cannot be read; returns what is lost with it. */
  quarantine: (epoch: string, seq: number) => Eviction | undefined;
  evict: () => Eviction | undefined;
  /** Makes room down to `maxBytes` and drops files last written before `olderThan`; returns what was dropped. */
  trim: (maxBytes: number, olderThan: number | undefined) => { evictions: Eviction[]; bytes: number };
  /** `key` says where the key lies that seals it. Throws STATE_KEY_MISSING, STATE_KEY_WRONG. */
  openState: (path: string, key: StateKeyPlace) => void;
  stateAll: (collection: string) => [key: string, value: unknown][];
  stateWrite: (changes: readonly StateChange[]) => void;
  close: () => void;
}

export type OperationName = keyof Operations;

export interface Request {
  id: number;
  name: OperationName;
  args: unknown[];
}

/** What kept SQLite from doing it: no room, a damaged page, or anything else (an I/O error, a bug). */
export type StorageFailure = 'full' | 'corrupt' | 'failed';

export type Response =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; message: string; failure: StorageFailure; code?: ErrorCode };
