import { VigieError } from '@vigie/contract';
import { CamelCasePlugin, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { DatabaseError, Pool, types } from 'pg';
import { type DialectName, migrations } from './migrations.ts';
import { TextWithoutNul } from './postgres/text-without-nul.ts';
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
/** For a connection of the pool, also where all are in use. */
const CONNECT_TIMEOUT_MS = 10_000;
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
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Ids and times stay below 2^53, so that numbers hold them.
    types: {
      getTypeParser: (oid, format) => (oid === INT8_OID ? Number : types.getTypeParser(oid, format)),
    },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Schema>({ dialect: new TextWithoutNul({ pool }), plugins: [new CamelCasePlugin()] });
  return { dialect: 'postgres', db, uplinks: postgresUplinkLog(pool), close: () => db.destroy() };
}

async function migrate({ db, dialect }: Database): Promise<void> {
  const plain = db.withoutPlugins();
  const { error, results } = await new Migrator({
    db: plain,
    provider: migrations(dialect),
  }).migrateToLatest();
  const failed = results?.find((result) => result.status === 'Error');
  if (error && !failed) throw databaseError(error);
  if (error) throw new Error(`migration ${failed?.migrationName ?? ''} failed`, { cause: error });
}

const SQLITE_PRIMARY_CODE = 0xff;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
const STORAGE_FAILURES = new Set([SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_CANTOPEN, SQLITE_NOTADB]);
/** PostgreSQL, appendix A: insufficient resources, operator intervention, connection exceptions, system errors. */
const POSTGRES_DISK_FULL = '53100';
const POSTGRES_UNREACHABLE = /^(08|57P|53300|28|3D000)/;
const POSTGRES_STORAGE = /^(58|XX001|XX002)/;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN']);
const CONNECTION_LOST =
  /connection terminated|timeout exceeded when trying to connect|connection ended|client has encountered a connection error/i;

/** What a person can do about a database that fails, where that is the trouble; any other error as it came. */
export function databaseError(error: unknown): unknown {
  const code = troubleOf(error);
  return code === undefined ? error : new VigieError(code, (error as Error).message, { cause: error });
}

function troubleOf(error: unknown): 'STORAGE_FULL' | 'STORAGE_FAILED' | 'DATABASE_UNREACHABLE' | undefined {
  if (error instanceof VigieError || !(error instanceof Error)) return undefined;
  if (error instanceof SqliteError) {
    const primary = error.errcode & SQLITE_PRIMARY_CODE;
    if (primary === SQLITE_FULL) return 'STORAGE_FULL';
    return STORAGE_FAILURES.has(primary) ? 'STORAGE_FAILED' : undefined;
  }
  const { code = '' } = error as { code?: string };
  if (error instanceof DatabaseError) {
    if (code === POSTGRES_DISK_FULL) return 'STORAGE_FULL';
    if (POSTGRES_STORAGE.test(code)) return 'STORAGE_FAILED';
    return POSTGRES_UNREACHABLE.test(code) ? 'DATABASE_UNREACHABLE' : undefined;
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'STORAGE_FULL';
  if (error instanceof AggregateError && error.errors.some((inner) => troubleOf(inner))) return 'DATABASE_UNREACHABLE';
  const isSystemCall = 'syscall' in error && UNREACHABLE.has(code);
  return isSystemCall || CONNECTION_LOST.test(error.message) ? 'DATABASE_UNREACHABLE' : undefined;
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
