import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseTarget } from '../src/store/database.ts';
import { startPostgres } from './postgres.ts';

export interface TestDatabase {
  target: DatabaseTarget;
  remove(): Promise<void>;
}

/** Both databases, each fresh: `describe.each(DATABASES)` runs a suite on one and on the other. */
export const DATABASES: readonly { name: string; create(): Promise<TestDatabase> }[] = [
  { name: 'SQLite', create: createSqlite },
  { name: 'PostgreSQL', create: createPostgres },
];

export async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-db-'));
  return {
    target: { sqlite: join(folder, 'vigie.db') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const postgres = await startPostgres();
  return { target: { postgres: postgres.url }, remove: () => postgres.stop() };
}
