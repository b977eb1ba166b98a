import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Mutex } from './mutex.ts';
import type { SqliteWorker } from './worker-client.ts';

export interface SqliteThreads {
  writer: SqliteWorker;
  reader: SqliteWorker;
  /** Held by whoever has a transaction open on the writer. */
  writing: Mutex;
}

/**
 * `node:sqlite` behind kysely. Reading outside a transaction goes to a connection of its own (write-ahead logging lets
 * both work at once); all else takes turns on the writer.
 */
export function sqliteDialect(threads: SqliteThreads): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new ThreadDriver(threads),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite can roll CREATE TABLE back: a migration that was killed halfway leaves nothing behind. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #threads: SqliteThreads;
  /** Set while a transaction is open on this connection. */
  release: (() => void) | undefined;

  constructor(threads: SqliteThreads) {
    this.#threads = threads;
  }

  async executeQuery<R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> {
    const { writer, reader, writing } = this.#threads;
    if (this.release) return toResult(await writer.query(sql, parameters));
    if (SelectQueryNode.is(query)) return toResult(await reader.query(sql, parameters));
    return toResult(await writing.run(() => writer.query(sql, parameters)));
  }

  async raw(sql: string): Promise<void> {
    await this.#threads.writer.query(sql, []);
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('read in pages instead');
  }
}

function toResult<R>({ rows, changes }: { rows: unknown[]; changes: number }): QueryResult<R> {
  return { rows: rows as R[], numAffectedRows: BigInt(changes) };
}

class ThreadDriver implements Driver {
  readonly #threads: SqliteThreads;

  constructor(threads: SqliteThreads) {
    this.#threads = threads;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadConnection> {
    return new ThreadConnection(this.#threads);
  }

  async beginTransaction(connection: ThreadConnection): Promise<void> {
    connection.release = await this.#threads.writing.acquire();
    await connection.raw('begin immediate');
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.raw('commit');
    this.#ended(connection);
  }

  async rollbackTransaction(connection: ThreadConnection): Promise<void> {
    await connection.raw('rollback').finally(() => this.#ended(connection));
  }

  async releaseConnection(connection: ThreadConnection): Promise<void> {
    this.#ended(connection);
  }

  async destroy(): Promise<void> {
    await this.#threads.reader.close();
    await this.#threads.writer.close();
  }

  #ended(connection: ThreadConnection): void {
    connection.release?.();
    connection.release = undefined;
  }
}
