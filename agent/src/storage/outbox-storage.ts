import type { OutboxStorage } from '../buffer/outbox.ts';
import type { NewRecord } from '../buffer/segment.ts';
import type { RecordColumns } from './operations.ts';
import type { Storage } from './storage.ts';

/** The storage thread in the words of the outbox. */
export function outboxStorage(storage: Storage): OutboxStorage {
  return {
    append: (stream, records) => storage.call('append', stream, columnsOf(records)),
    read: (epoch, range, maxBytes) => storage.call('read', epoch, range, maxBytes),
    settle: (epoch, ranges) => storage.call('settle', epoch, ranges),
    retire: (stream) => storage.call('retire', stream),
    quarantine: (epoch, seq) => storage.call('quarantine', epoch, seq),
    evict: () => storage.call('evict'),
    trim: (maxBytes, olderThan) => storage.call('trim', maxBytes, olderThan),
  };
}

function columnsOf(records: readonly NewRecord[]): RecordColumns {
  return {
    devices: records.map(({ device }) => device),
    bodies: records.map(({ body }) => body),
    markKeys: records.map(({ mark }) => mark?.key ?? ''),
    markValues: records.map(({ mark }) => mark?.value ?? 0),
  };
}
