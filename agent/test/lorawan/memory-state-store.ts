import type { StateChange, StateStore } from '../../src/state-store.ts';

/** A disk in memory: what was not written when the process dies is gone. Writes take as long as they are told to. */
export class MemoryStateStore implements StateStore {
  readonly documents = new Map<string, Map<string, string>>();
  writes = 0;
  /** Runs before each write becomes durable: wait, or throw to fail it. */
  beforeWrite: () => Promise<void> = async () => undefined;

  /** What another process finds after this one was ended by a power cut. */
  copy(): MemoryStateStore {
    const copy = new MemoryStateStore();
    for (const [collection, documents] of this.documents) copy.documents.set(collection, new Map(documents));
    return copy;
  }

  async all<T>(collection: string): Promise<Map<string, T>> {
    const documents = this.documents.get(collection) ?? new Map<string, string>();
    return new Map([...documents].map(([key, value]) => [key, JSON.parse(value) as T]));
  }

  async write(changes: readonly StateChange[]): Promise<void> {
    const frozen = changes.map(({ collection, key, value }) => ({ collection, key, text: JSON.stringify(value) }));
    await this.beforeWrite();
    this.writes += 1;
    for (const { collection, key, text } of frozen) {
      const documents = this.documents.get(collection) ?? new Map<string, string>();
      if (text === undefined) documents.delete(key);
      else documents.set(key, text);
      this.documents.set(collection, documents);
    }
  }
}
