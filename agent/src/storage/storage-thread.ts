import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { VigieError } from '@vigie/contract';
import type { NewRecord } from '../buffer/segment.ts';
import { SegmentStore } from '../buffer/segment-store.ts';
import type { Operations, RecordColumns, Request, Response, StorageFailure } from './operations.ts';
import { StateFile } from './state-file.ts';

/** The thread in which SQLite waits for the card, so that radio timing and the MQTT session do not. */
function storageOperations(): Operations {
  let outbox: SegmentStore | undefined;
  let state: StateFile | undefined;
  return {
    openOutbox: (directory, maxSegmentRecords) => {
      outboxDirectory = directory;
      outbox = new SegmentStore({ directory, maxSegmentRecords, newEpoch: () => randomBytes(10).toString('hex') });
      return outbox.open();
    },
    append: (stream, records) => opened(outbox).append(stream, recordsOf(records)),
    read: (epoch, range, maxBytes) => opened(outbox).read(epoch, range, maxBytes),
    settle: (epoch, ranges) => opened(outbox).settle(epoch, ranges),
    retire: (stream) => opened(outbox).retire(stream),
    quarantine: (epoch, seq) => opened(outbox).quarantine(epoch, seq),
    evict: () => opened(outbox).evict(),
    trim: (maxBytes, olderThan) => {
      const store = opened(outbox);
      const evictions = olderThan === undefined ? [] : store.evictOlderThan(olderThan);
      for (let bytes = store.bytes(); bytes > maxBytes; bytes = store.bytes()) {
        const eviction = store.evict();
        if (eviction === undefined) break;
        evictions.push(eviction);
      }
      return { evictions, bytes: store.bytes() };
    },
    openState: (path, key) => {
      state = new StateFile(path, key);
    },
    stateAll: (collection) => opened(state).all(collection),
    stateWrite: (changes) => opened(state).write(changes),
    close: () => {
      outbox?.close();
      state?.close();
    },
  };
}

function recordsOf({ devices, bodies, markKeys, markValues }: RecordColumns): NewRecord[] {
  return bodies.map((body, index) => {
    const key = markKeys[index] ?? '';
    const mark = key === '' ? {} : { mark: { key, value: markValues[index] ?? 0 } };
    return { device: devices[index] ?? '', body, ...mark };
  });
}

function opened<T>(file: T | undefined): T {
  if (file === undefined) throw new Error('not opened');
  return file;
}

/**
 * SQLite's primary result codes (sqlite.org/rescode.html): 13 full, 11 corrupt, 26 not a database. On a full disk a new
 * file fails with other codes too (10 I/O error, 14 cannot open): there the room that is left decides.
 */
function failureOf(error: unknown, directory: string | undefined): StorageFailure {
  const extended = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  const code = extended & 0xff;
  if (code === 13 || ((code === 10 || code === 14) && isFull(directory))) return 'full';
  return code === 11 || code === 26 ? 'corrupt' : 'failed';
}

/** Less than a new file with its write-ahead log and index takes. */
const LEAST_BYTES = 256 * 1024;

function isFull(directory: string | undefined): boolean {
  if (directory === undefined) return false;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < LEAST_BYTES;
}

let outboxDirectory: string | undefined;
const operations = storageOperations();
parentPort?.on('message', ({ id, name, args }: Request) => {
  const operation = operations[name] as (...args: unknown[]) => unknown;
  let response: Response;
  try {
    response = { id, ok: true, value: operation(...args) };
  } catch (error) {
    response = {
      id,
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      failure: failureOf(error, outboxDirectory),
      ...(error instanceof VigieError && { code: error.code }),
    };
  }
  parentPort?.postMessage(response);
  if (name === 'close') parentPort?.close();
});
