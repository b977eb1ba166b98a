import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Bench, Measured, Rules } from '../bench.ts';
import { NODE_PACKAGES, type PeersFolder } from '../peers/peers-folder.ts';
import { alternately } from './alternately.ts';

/** The part of both that is used here; better-sqlite3 has it under the same names. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] };
  close(): void;
}

const ROW = 'x'.repeat(350);
const ROWS_PER_TRANSACTION = 500;
const ROWS_PER_READ = 500;

const RULES = {
  commitsPerSecond: { beside: ['commits'], atLeast: 0.5 },
  betterSqlite3CommitsPerSecond: { beside: ['commits'] },
  rowsPerSecond: { beside: ['json'], atLeast: 1.5 },
  betterSqlite3RowsPerSecond: { beside: ['json'] },
  rowsReadPerSecond: { beside: ['json'], atLeast: 9.9 },
  betterSqlite3RowsReadPerSecond: { beside: ['json'] },
} satisfies Rules;

/** Node's own SQLite beside better-sqlite3: lone commits, rows in groups as the buffer has them, rows read as the forwarder does. */
export function nodeSqlite(peers: PeersFolder): Bench<keyof typeof RULES> {
  return { rules: RULES, measure: () => measure(peers) };
}

async function measure(peers: PeersFolder): Promise<Measured<keyof typeof RULES>> {
  const BetterSqlite3: new (path: string) => Database = createRequire(join(peers.nodePackages, 'package.json'))(
    'better-sqlite3',
  );
  const folder = mkdtempSync(join(tmpdir(), 'vigie-decision-'));
  const [ours, theirs] = [new DatabaseSync(join(folder, 'node.db')), new BetterSqlite3(join(folder, 'better.db'))];
  try {
    const [our, their] = [worksOf(ours as Database), worksOf(theirs)];
    const commits = await alternately(our.commit, their.commit);
    const groups = await alternately(our.group, their.group);
    const reads = await alternately(our.read, their.read);
    return {
      figures: {
        commitsPerSecond: Math.round(commits.ours.perSecond),
        betterSqlite3CommitsPerSecond: Math.round(commits.theirs.perSecond),
        rowsPerSecond: Math.round(groups.ours.perSecond * ROWS_PER_TRANSACTION),
        betterSqlite3RowsPerSecond: Math.round(groups.theirs.perSecond * ROWS_PER_TRANSACTION),
        rowsReadPerSecond: Math.round(reads.ours.perSecond * ROWS_PER_READ),
        betterSqlite3RowsReadPerSecond: Math.round(reads.theirs.perSecond * ROWS_PER_READ),
      },
      conditions: {
        versions: `Node ${process.versions.node} with SQLite ${process.versions.sqlite}; better-sqlite3 ${NODE_PACKAGES['better-sqlite3']} with SQLite ${versionIn(theirs)}`,
        work: `WAL, synchronous=FULL; rows of ${ROW.length} bytes; ${ROWS_PER_TRANSACTION} a transaction; reads of ${ROWS_PER_READ} rows`,
      },
    };
  } finally {
    ours.close();
    theirs.close();
    rmSync(folder, { recursive: true });
  }
}

function worksOf(database: Database): Record<'commit' | 'group' | 'read', () => void> {
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table row (id integer primary key, body text)',
  );
  const insert = database.prepare('insert into row (body) values (?)');
  const select = database.prepare('select id, body from row order by id limit ?');
  return {
    commit: () => {
      insert.run(ROW);
    },
    group: () => {
      database.exec('begin immediate');
      for (let row = 0; row < ROWS_PER_TRANSACTION; row += 1) insert.run(ROW);
      database.exec('commit');
    },
    read: () => {
      if (select.all(ROWS_PER_READ).length !== ROWS_PER_READ) throw new Error('rows are missing');
    },
  };
}

function versionIn(database: Database): string {
  const [row] = database.prepare('select sqlite_version() as version').all() as { version: string }[];
  return row?.version ?? 'unknown';
}
