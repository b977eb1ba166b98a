import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { hasPostgres, startPostgres } from './postgres.ts';

/** A place for the data of one server; the database is in it, or in a PostgreSQL of its own. */
export interface TestDatabase {
  dataFolder: string;
  databaseUrl?: string;
  /** Of the server, at each of its starts. */
  clock?: Clock;
  remove(): Promise<void>;
}

const DATABASES: readonly { name: string; isThere: boolean; create(): Promise<TestDatabase> }[] = [
  { name: 'SQLite', isThere: true, create: createSqlite },
  { name: 'PostgreSQL', isThere: hasPostgres(), create: createPostgres },
];

/** Runs a suite on either database, each time on a fresh one; where PostgreSQL is not installed its half is skipped. */
export function describeOnEach(title: string, suite: (create: () => Promise<TestDatabase>) => void): void {
  for (const { name, isThere, create } of DATABASES)
    describe.skipIf(!isThere)(`${title} on ${name}`, () => suite(create));
}

/** One of the databases that are there, by number. */
export function anyDatabase(number: number): Promise<TestDatabase> {
  const there = DATABASES.filter(({ isThere }) => isThere);
  return (there[number % there.length]?.create ?? createSqlite)();
}

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
