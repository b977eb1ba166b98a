/**
 * What must outlive the process apart from the outbox: sessions, configuration, commands. Small JSON documents by
 * collection and key. A promise resolves when the change is on the disk (fsync); changes of one call are one transaction.
 */
export interface StateStore {
  /** Everything of a collection, for its owner to load at start. */
  all<T>(collection: string): Promise<Map<string, T>>;
  write(changes: readonly StateChange[]): Promise<void>;
}

/** An absent `value` removes the document. */
export interface StateChange {
  collection: string;
  key: string;
  value?: unknown;
}
