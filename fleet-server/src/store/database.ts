import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DatabaseError, Pool, types } from 'pg';
import { type DialectName, migrations } from './migrations.ts';
import { postgresUplinkLog } from './postgres/uplink-writer.ts';
import type { Schema } from './schema.ts';
import { sqliteDialect } from './sqlite/dialect.ts';
import { Mutex } from './sqlite/mutex.ts';
import { SqliteError, SqliteWorker } from './sqlite/worker-client.ts';
import type { UplinkLog } from './uplink-log.ts';

export type Db = Kysely<Schema>;

export interface Database {
  dialect: DialectName;
  db: Db;
  uplinks: UplinkLog;
  close(): Promise<void>;
}

export type DatabaseTarget = { sqlite: string } | { postgres: string };

const BUSY_TIMEOUT_MS = 10_000;
const POSTGRES_CONNECTIONS = 10;
const INT8_OID = 20;

/** Opens the database and brings its schema up to date. */
export async function openDatabase(target: DatabaseTarget): Promise<Database> {
  const database = 'sqlite' in target ? await openSqlite(target.sqlite) : openPostgres(target.postgres);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

async function openSqlite(path: string): Promise<Database> {
  const writer = new SqliteWorker({ path, readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  // The file must exist before it can be opened for reading only.
  await writer.query('select 1', []);
  const reader = new SqliteWorker({ path, readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  const writing = new Mutex();
  const db = new Kysely<Schema>({
    dialect: sqliteDialect({ writer, reader, writing }),
    plugins: [new CamelCasePlugin()],
  });
  return {
    dialect: 'sqlite',
    db,
    uplinks: { commit: (group) => writing.run(() => writer.commit(group)) },
    close: () => db.destroy(),
  };
}

function openPostgres(url: string): Database {
  const pool = new Pool({
    connectionString: url,
    max: POSTGRES_CONNECTIONS,
    application_name: 'vigie-server',
    // Ids and times stay below 2^53, so that numbers hold them.
    types: {
      getTypeParser: (oid, format) => (oid === INT8_OID ? Number : types.getTypeParser(oid, format)),
    },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
  return { dialect: 'postgres', db, uplinks: postgresUplinkLog(pool), close: () => db.destroy() };
}

async function migrate({ db, dialect }: Database): Promise<void> {
  const plain = db.withoutPlugins();
  const { error, results } = await new Migrator({
    db: plain,
    provider: migrations(dialect),
  }).migrateToLatest();
  const failed = results?.find((result) => result.status === 'Error');
  if (error) throw new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error });
}

const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const POSTGRES_UNIQUE_VIOLATION = '23505';

/** Whether a write failed because the thing exists already. */
export function isUniqueViolation(error: unknown): boolean {
  if (error instanceof SqliteError) {
    return error.errcode === SQLITE_CONSTRAINT_PRIMARYKEY || error.errcode === SQLITE_CONSTRAINT_UNIQUE;
  }
  return error instanceof DatabaseError && error.code === POSTGRES_UNIQUE_VIOLATION;
}
