import { DatabaseSync } from 'node:sqlite';
import type { StateChange } from '../state-store.ts';
import { loadStateKey, type StateKeyPlace, StateSeal } from './state-seal.ts';

/** Of a file in which nothing lies in the clear. */
const SEALED_VERSION = 1;

/**
 * Sessions, configuration, commands and identity: apart from the outbox, so that a quarantined outbox costs no key. Each
 * document is sealed; what an earlier release left in the clear is sealed at the first opening.
 */
export class StateFile {
  readonly #db: DatabaseSync;
  readonly #seal: StateSeal;

  /** @throws VigieError STATE_KEY_MISSING, STATE_KEY_WRONG */
  constructor(path: string, key: StateKeyPlace) {
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -512;',
      );
      this.#db.exec(`CREATE TABLE IF NOT EXISTS document (
        collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID`);
      const sealed = this.#db
        .prepare("SELECT collection, key, value FROM document WHERE typeof(value) = 'blob' LIMIT 1")
        .get();
      this.#seal = new StateSeal(loadStateKey(key, sealed !== undefined));
      if (sealed) this.#text(sealed);
      this.#sealPlain();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  all(collection: string): [key: string, value: unknown][] {
    const rows = this.#db.prepare('SELECT collection, key, value FROM document WHERE collection = ?').all(collection);
    return rows.map((row) => [String(row.key), JSON.parse(this.#text(row))]);
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
        else put.run(collection, key, this.#seal.seal(JSON.stringify(value), collection, key));
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

  #text({ collection, key, value }: Record<string, unknown>): string {
    if (!(value instanceof Uint8Array)) throw new Error(`${collection} ${key} is not sealed`);
    return this.#seal.open(value, String(collection), String(key));
  }

  /**
   * Pages and write-ahead log are made anew too, so that nothing of the clear text stays in them; `user_version` tells
   * that this was finished.
   */
  #sealPlain(): void {
    const version = this.#db.prepare('PRAGMA user_version').get()?.user_version;
    if (version === SEALED_VERSION) return;
    const rows = this.#db.prepare("SELECT collection, key, value FROM document WHERE typeof(value) <> 'blob'").all();
    this.write(rows.map(({ collection, key, value }) => documentOf(collection, key, value)));
    this.#db.exec(`VACUUM; PRAGMA user_version = ${SEALED_VERSION}; PRAGMA wal_checkpoint(TRUNCATE);`);
  }
}

function documentOf(collection: unknown, key: unknown, value: unknown): StateChange {
  return { collection: String(collection), key: String(key), value: JSON.parse(String(value)) };
}
