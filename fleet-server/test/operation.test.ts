import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../src/log.ts';
import { createSqlite } from './databases.ts';
import { hasPostgres, startPostgres } from './postgres.ts';
import { runVerb, ServerProcess } from './server-process.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 100 };
const isRoot = userInfo().uid === 0;

describe('addresses that belong to nobody', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  }, 60_000);
  afterAll(() => server?.remove());

  it('answer a method that they do not take with 405 and those that they do', async () => {
    const call = (method: string, path: string) => server.http(path, { method });
    for (const [method, path] of [
      ...[
        ['PUT', '/health'],
        ['DELETE', '/api/v1/session/password'],
        ['PATCH', '/api/v1/tenants/ville'],
      ],
      ...[
        ['POST', '/api/v1/tenants/ville'],
        ['DELETE', '/enrol'],
        ['PUT', '/api/v1/users'],
        ['OPTIONS', '/metrics'],
      ],
    ]) {
      const answer = await call(method ?? '', path ?? '');
      expect([path, answer.status, answer.body.code]).toEqual([path, 405, 'METHOD_NOT_ALLOWED']);
      expect(answer.headers.allow).toMatch(/GET|POST|PUT/);
    }
    expect((await call('GET', '/nowhere')).status).toBe(404);
    expect((await call('PATCH', '/api/v1/nowhere')).status).toBe(404);
  });

  it('keep the figures for those who show a token of the whole installation', async () => {
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
    const body = { name: 'scraper', tenant: 'ville', role: 'administrator' };
    const { secret } = await server.admin('POST', '/tokens', body);
    const status = async (headers: Record<string, string>) => (await server.http('/metrics', { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await status({ authorization: `Bearer ${secret}` })).toBe(401);
    expect(await status({ authorization: `Bearer ${server.token}` })).toBe(200);
  });

  it('refuse a body that is nested too deep, on every route that takes one', async () => {
    const deep = `{"a":${'['.repeat(2_300)}${']'.repeat(2_300)}}`;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${server.token}` };
    for (const [method, path] of [
      ...[
        ['PUT', '/api/v1/tenants/ville/gateways/gw-1/config'],
        ['POST', '/api/v1/tenants/ville/gateways/gw-1/devices'],
        ['POST', '/enrol'],
        ['POST', '/api/v1/session'],
      ],
    ]) {
      const answer = await server.http(path ?? '', { method: method ?? '', body: deep, headers });
      expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'REQUEST_INVALID']);
    }
  });

  it('tell no tenant by their cursors how much the others store', async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
    const page = () => server.admin('GET', '/tenants/ville/readings');
    const before = await page();
    gateway.send([readings({ 'cab.power': 1 })]);
    await vi.waitFor(async () => expect((await page()).next).not.toBe(before.next), WAIT);
    const { next } = await page();
    expect(next).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const follow = (after: string, tenant = 'ville') =>
      server.api({ path: `/tenants/${tenant}/readings?after=${after}`, token: server.token });
    expect((await follow(next)).body).toEqual({ items: [], next, more: false });
    expect((await follow('1')).status).toBe(400);
    await server.admin('POST', '/tenants', { id: 'bourg', name: 'Bourg' });
    expect((await follow(next, 'bourg')).status).toBe(400);
    for (const list of ['events', 'audit', 'poison-records']) {
      const { items } = await server.admin('GET', `/tenants/ville/${list}`);
      for (const { id } of items) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    }
    const { items } = await server.admin('GET', '/tenants/ville/audit?limit=1');
    const rest = await server.admin('GET', `/tenants/ville/audit?before=${items[0].id}`);
    expect(rest.items.map(({ id }: { id: string }) => id)).not.toContain(items[0].id);
    await gateway.end();
  });
});

describe('a database in trouble', () => {
  it.skipIf(!isRoot)('is told where the disk is full: 503, and the log names it', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', folder]);
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const server = await TestServer.start({ dataFolder: folder, remove: async () => undefined }, { log });
    try {
      const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
      expect((await server.http('/health')).status).toBe(200);
      await gateway.connect();
      const filler = join(folder, 'filler');
      await writeFile(filler, Buffer.alloc(64 * 1_048_576)).catch(() => undefined);
      const text = { 'cab.power': 1 };
      await vi.waitFor(async () => {
        if (!gateway.client?.connected) await gateway.connect();
        gateway.send(Array.from({ length: 200 }, () => readings(text)));
        const health = await server.http('/health');
        expect([health.status, health.body.code]).toEqual([503, 'STORAGE_FULL']);
      }, WAIT);
      const failing = lines.filter((line) => line.includes('the database takes no writes'));
      expect(failing).toHaveLength(1);
      expect(failing[0]).toContain('disk');
      expect(lines.join('')).not.toContain('cannot rollback');
      const write = await server.api({
        method: 'POST',
        path: '/tenants',
        token: server.token,
        body: { id: 'n', name: 'N' },
      });
      expect([write.status, write.body.code]).toEqual([503, 'STORAGE_FULL']);
      await rm(filler);
      await vi.waitFor(async () => expect((await server.http('/health')).status).toBe(200), WAIT);
      await gateway.end();
    } finally {
      await server.running.close().catch(() => undefined);
      execFileSync('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(!hasPostgres())('is told where PostgreSQL is gone: 503, not 500', { timeout: 120_000 }, async () => {
    const postgres = await startPostgres();
    const { dataFolder, remove } = await createSqlite();
    const server = await TestServer.start({ dataFolder, databaseUrl: postgres.url, remove });
    expect((await server.http('/health')).status).toBe(200);
    await postgres.stop();
    await vi.waitFor(async () => {
      const health = await server.http('/health');
      expect([health.status, health.body.code]).toEqual([503, 'DATABASE_UNREACHABLE']);
    }, WAIT);
    for (let n = 0; n < 5; n += 1) {
      const answer = await server.api({ path: '/tenants', token: server.token });
      expect([answer.status, answer.body.code]).toEqual([503, 'DATABASE_UNREACHABLE']);
      expect(answer.body.message).not.toContain(tmpdir());
    }
    await server.running.close().catch(() => undefined);
    await remove();
  });
});

describe('the program', () => {
  const folders: string[] = [];
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'vigie-verb-'));
    folders.push(made);
    return made;
  };
  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true });
  });
  const codeOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).error.code;

  it('founds an installation by run and init only', { timeout: 60_000 }, async () => {
    const data = await folder();
    const verbs = [
      ['claim', 'create', '--tenant', 'v', '--gateway', 'g'],
      ['audit', 'verify'],
      ['ca'],
      ['user', 'reset-password', 'admin'],
      ['token', 'create', '--name', 't'],
      ['device', 'forget-nonces', '--tenant', 'v', '--gateway', 'g', '--device', 'd'],
    ];
    const answers = await Promise.all(verbs.map((verb) => runVerb([...verb, '--data', data, '--json'])));
    for (const answer of answers) expect([answer.code, codeOf(answer)]).toEqual([1, 'INSTALLATION_MISSING']);
    expect(await readdir(data)).toEqual([]);
  });

  it('looks in the folder of the package unless another is named, and says its version', {
    timeout: 60_000,
  }, async () => {
    expect((await runVerb(['--help'])).stdout).toMatch(/"\/var\/lib\/vigie-server"/);
    const { code, stdout } = await runVerb(['--version']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });

  it('names a file that is not there or not its own, instead of the database', { timeout: 60_000 }, async () => {
    const data = await folder();
    const file = join(data, 'nowhere');
    const missing = await runVerb(['init', '--data', data, '--first-password-file', file, '--json']);
    expect([missing.code, codeOf(missing)]).toEqual([1, 'FILE_MISSING']);
    expect(missing.stdout).toContain(file);
  });

  it('says that a file is no database of it', { timeout: 60_000 }, async () => {
    const data = await folder();
    await runVerb(['init', '--data', data, '--json']);
    await writeFile(join(data, 'vigie.db'), Buffer.alloc(8_192, 'no database '));
    expect(codeOf(await runVerb(['ca', '--data', data, '--json']))).toBe('STORAGE_FAILED');
  });

  it.skipIf(!isRoot)('says whose the folder is to who may not read it', { timeout: 60_000 }, async () => {
    const data = await folder();
    await runVerb(['init', '--data', data, '--json']);
    const answer = await runVerb(['ca', '--data', data, '--json'], { uid: 65_534 });
    expect([answer.code, codeOf(answer)]).toEqual([1, 'FILE_FORBIDDEN']);
    expect(answer.stdout).toContain('sudo');
  });

  it('replaces neither a key nor a database that is missing', { timeout: 60_000 }, async () => {
    const data = await folder();
    await runVerb(['init', '--data', data, '--json']);
    const [key, database] = [join(data, 'master.key'), join(data, 'vigie.db')];
    await rename(key, `${key}.away`);
    for (const verb of [['init'], ['run', '--http-port', '0', '--mqtt-port', '0'], ['ca'], ['audit', 'verify']])
      expect(codeOf(await runVerb([...verb, '--data', data, '--json']))).toBe('MASTER_KEY_MISSING');
    await writeFile(key, `${'ab'.repeat(32)}\n`);
    expect(codeOf(await runVerb(['ca', '--data', data, '--json']))).toBe('MASTER_KEY_WRONG');
    await writeFile(key, 'no key\n');
    expect(codeOf(await runVerb(['ca', '--data', data, '--json']))).toBe('MASTER_KEY_WRONG');
    await rename(`${key}.away`, key);
    await rename(database, `${database}.away`);
    expect(codeOf(await runVerb(['init', '--data', data, '--json']))).toBe('INSTALLATION_MISSING');
  });

  it('closes a data folder to others that was made open', { timeout: 60_000 }, async () => {
    const data = await folder();
    await runVerb(['init', '--data', data, '--json']);
    await chmod(data, 0o755);
    await chmod(join(data, 'vigie.db'), 0o644);
    await runVerb(['ca', '--data', data]);
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect([await mode(data), await mode(join(data, 'vigie.db')), await mode(join(data, 'master.key'))]).toEqual([
      '700',
      '600',
      '600',
    ]);
  });

  it('says what to do about a port that is taken, and the first password is not lost', {
    timeout: 60_000,
  }, async () => {
    const data = await folder();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const answer = await runVerb(['run', '--data', data, '--json', '--http-port', '0', '--mqtt-port', port]);
    expect([answer.code, codeOf(answer)]).toEqual([1, 'PORT_BUSY']);
    expect(answer.stdout).toContain(port);
    expect(answer.stderr).toContain('first-administrator.txt');
    const kept = await stat(join(data, 'first-administrator.txt'));
    expect((kept.mode & 0o777).toString(8)).toBe('600');
    other.close();
  });

  it('says that a database does not answer, without its password', { timeout: 60_000 }, async () => {
    const data = await folder();
    const file = join(data, 'url');
    await writeFile(file, 'postgres://vigie:canary-secret@127.0.0.1:1/vigie\n');
    const answer = await runVerb(['run', '--data', data, '--json', '--database-file', file]);
    expect([answer.code, codeOf(answer)]).toEqual([1, 'DATABASE_UNREACHABLE']);
    expect(JSON.stringify(answer)).not.toContain('canary-secret');
  });

  it('keeps the first password out of its output, in a file until it is changed', { timeout: 60_000 }, async () => {
    const data = await folder();
    const server = new ServerProcess(data);
    const ready = await server.start();
    const password = ready.firstAdministrator?.password ?? '';
    expect(password).not.toBe('');
    await server.end('SIGTERM');
    expect(server.output).not.toContain(password);
    expect(server.output).toContain('first-administrator.txt');
  });
});
