import { DatabaseSync } from 'node:sqlite';
import type { StateChange } from '../state-store.ts';

/** Sessions, configuration, commands and identity: apart from the outbox, so that a quarantined outbox costs no key. */
export class StateFile {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    this.#db.exec(`CREATE TABLE IF NOT EXISTS document (
      collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID`);
  }

  all(collection: string): [key: string, value: unknown][] {
    const rows = this.#db.prepare('SELECT key, value FROM document WHERE collection = ?').all(collection);
    return rows.map((row) => [String(row.key), JSON.parse(String(row.value))]);
  }

  /** All changes or none, on the disk when this returns. */
  write(changes: readonly StateChange[]): void {
    const put = this.#db.prepare(
      'INSERT INTO document (collection, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    const remove = this.#db.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const { collection, key, value } of changes) {
        if (value === undefined) remove.run(collection, key);
        else put.run(collection, key, JSON.stringify(value));
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}
