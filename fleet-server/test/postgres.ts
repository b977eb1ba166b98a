import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);
const BINARIES = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;

export interface TestPostgres {
  /** URL of a fresh, empty database. */
  url: string;
  stop(): Promise<void>;
}

/**
 * An empty PostgreSQL database of one's own: in the server that VIGIE_TEST_POSTGRES_URL names, or else in a private
 * cluster that is made in a temporary folder and listens on a unix socket only.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.VIGIE_TEST_POSTGRES_URL;
  const cluster = given ? { url: given, stop: async () => undefined } : await startCluster();
  const name = `vigie_test_${randomBytes(6).toString('hex')}`;
  await administer(cluster.url, `create database ${name}`);
  return {
    url: withDatabase(cluster.url, name),
    stop: async () => {
      await administer(cluster.url, `drop database ${name} with (force)`);
      await cluster.stop();
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** Whether there is a PostgreSQL to test with. */
export function hasPostgres(): boolean {
  return process.env.VIGIE_TEST_POSTGRES_URL !== undefined || existsSync(BINARIES);
}

/** PostgreSQL refuses to run as root: root hands over to the system's user `postgres`. */
export async function startCluster(): Promise<{ url: string; stop(): Promise<void> }> {
  const version = (await readdir(BINARIES)).sort((a, b) => Number(b) - Number(a))[0];
  if (version === undefined) throw new Error('PostgreSQL is not installed');
  const bin = join(BINARIES, version, 'bin');
  const folder = await mkdtemp(join(tmpdir(), 'vigie-pg-'));
  const root = userInfo().uid === 0;
  if (root) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    await chown(folder, Number(stdout), -1);
  }
  const as = (program: string, args: string[]): [string, string[]] =>
    root ? ['runuser', ['-u', 'postgres', '--', join(bin, program), ...args]] : [join(bin, program), args];

  const data = join(folder, 'data');
  await run(...as('initdb', ['-D', data, '-U', 'vigie', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--no-locale']));
  const [program, args] = as('postgres', ['-D', data, '-k', folder, '-c', 'listen_addresses=']);
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await ready(server.stderr);
  return {
    url: `postgres://vigie@localhost/postgres?host=${encodeURIComponent(folder)}`,
    stop: async () => {
      const ended = once(server, 'exit');
      await run(...as('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']));
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(log: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start:\n${text}`)), START_LIMIT_MS);
  let text = '';
  log.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_096);
    if (text.includes('ready to accept connections')) resolve();
  });
  log.on('end', () => reject(new Error(`PostgreSQL ended:\n${text}`)));
  await promise.finally(() => clearTimeout(timer));
}
