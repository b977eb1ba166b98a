import type { OutboxStorage } from '../buffer/outbox.ts';
import type { Storage } from './storage.ts';

/** The storage thread in the words of the outbox. */
export function outboxStorage(storage: Storage): OutboxStorage {
  return {
    append: (stream, records) => storage.call('append', stream, records),
    read: (epoch, range, maxBytes) => storage.call('read', epoch, range, maxBytes),
    settle: (epoch, ranges) => storage.call('settle', epoch, ranges),
    retire: (stream) => storage.call('retire', stream),
    quarantine: (epoch, seq) => storage.call('quarantine', epoch, seq),
    evict: () => storage.call('evict'),
    trim: (maxBytes, olderThan) => storage.call('trim', maxBytes, olderThan),
  };
}
