import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.ts';

/** A place for the data of one server; the database is in it, or in a PostgreSQL of its own. */
export interface TestDatabase {
  dataFolder: string;
  databaseUrl?: string;
  remove(): Promise<void>;
}

/** Both databases, each fresh: `describe.each(DATABASES)` runs a suite on one and on the other. */
export const DATABASES: readonly { name: string; create(): Promise<TestDatabase> }[] = [
  { name: 'SQLite', create: createSqlite },
  { name: 'PostgreSQL', create: createPostgres },
];

export async function createSqlite(): Promise<TestDatabase> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'vigie-server-'));
  return { dataFolder, remove: () => rm(dataFolder, { recursive: true, force: true }) };
}

async function createPostgres(): Promise<TestDatabase> {
  const postgres = await startPostgres();
  const { dataFolder, remove } = await createSqlite();
  return {
    dataFolder,
    databaseUrl: postgres.url,
    remove: async () => {
      await postgres.stop();
      await remove();
    },
  };
}
