import { request } from 'node:https';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { findTampering, recordAudit } from '../src/audit/audit-log.ts';
import { createApiToken } from '../src/identity/api-tokens.ts';
import { describeOnEach } from './databases.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const DAY_MS = 86_400_000;

describeOnEach('rules about people', (create) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    const { database, clock } = server.installation;
    // Nobody's: it does not end with the first administrator.
    const order = { name: 'test', tenant: null, role: 'administrator' as const };
    server.token = (await createApiToken({ db: database.db, clock }, order, { name: 'cli' })).secret;
    for (const id of ['ville', 'bourg']) await server.admin('POST', '/tenants', { id, name: id });
  }, 60_000);
  afterAll(() => server?.remove());

  const account = (name: string, tenant: string | null = null, role = 'administrator') =>
    server.admin('POST', '/users', { name, tenant, role });
  const tokenAs = (token: string, tenant: string | null, role = 'administrator', over: object = {}) =>
    server.api({ method: 'POST', path: '/tokens', token, body: { name: 't', tenant, role, ...over } });

  /** Somebody with a session that may do everything their role allows. */
  async function person(name: string, tenant: string | null = null, role = 'administrator') {
    const { user, password } = await account(name, tenant, role);
    const signIn = (secret: string) =>
      server.api({ method: 'POST', path: '/session', body: { name, password: secret } });
    const headersOf = (answer: Awaited<ReturnType<typeof signIn>>) => ({
      cookie: String([answer.headers['set-cookie']].flat()[0]).split(';')[0] ?? '',
      'x-csrf-token': String(answer.body.csrfToken),
    });
    const chosen = `${name} mange trois pommes`;
    const body = { current: password, new: chosen };
    await server.api({ method: 'PUT', path: '/session/password', body, headers: headersOf(await signIn(password)) });
    return { id: String(user.id), headers: headersOf(await signIn(chosen)) };
  }

  it('keeps one administrator when the last two are shut out at the same moment', { timeout: 60_000 }, async () => {
    const { items } = await server.admin('GET', '/users');
    const first = items.find(({ name }: { name: string }) => name === 'admin');
    for (let round = 0; round < 10; round += 1) {
      const { user: second } = await account(`admin-${round}`);
      const shut = (id: string) =>
        server.api({
          method: 'PUT',
          path: `/users/${id}`,
          token: server.token,
          body: { role: 'administrator', disabled: true },
        });
      const answers = await Promise.all([shut(first.id), shut(second.id)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      for (const { id, disabled } of [
        { id: first.id, disabled: false },
        { id: second.id, disabled: true },
      ]) {
        await server.admin('PUT', `/users/${id}`, { role: 'administrator', disabled });
      }
    }
  });

  it('ends the tokens of somebody who is shut out, and those that these tokens made', async () => {
    const { id, headers } = await person('carla');
    const body = { name: 'mine', tenant: null, role: 'administrator' };
    const mine = (await server.api({ method: 'POST', path: '/tokens', body, headers })).body;
    const child = (await tokenAs(mine.secret, null)).body;
    expect((await server.api({ path: '/users', token: child.secret })).status).toBe(200);
    await server.admin('PUT', `/users/${id}`, { role: 'viewer', disabled: false });
    const lowered = await server.api({ path: '/users', token: child.secret });
    expect(lowered.status).toBe(403);
    await server.admin('PUT', `/users/${id}`, { role: 'administrator', disabled: true });
    for (const { secret } of [mine, child])
      expect((await server.api({ path: '/users', token: secret })).status).toBe(401);
    await server.admin('PUT', `/users/${id}`, { role: 'administrator', disabled: false });
    for (const { secret } of [mine, child])
      expect((await server.api({ path: '/users', token: secret })).status).toBe(401);
  });

  it('gives every token an end, within two years', async () => {
    const { token } = (await tokenAs(server.token, null)).body;
    expect(token.expiresAt).toBeLessThanOrEqual(Date.now() + 365 * DAY_MS);
    const endless = await tokenAs(server.token, null, 'viewer', { expiresAt: 253_402_300_799_999 });
    expect(endless).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
  });

  it('takes a cookie as a session and a token as a token, whatever was seen a moment ago', async () => {
    const { headers } = await person('dora');
    expect((await server.api({ path: '/session', headers })).status).toBe(200);
    const secret = headers.cookie.split('=')[1] ?? '';
    const asBearer = await server.api({
      method: 'POST',
      path: '/tenants',
      token: secret,
      body: { id: 'x', name: 'x' },
    });
    expect(asBearer.status).toBe(401);
    const asCookie = await server.api({ path: '/session', headers: { cookie: `vigie_session=${server.token}` } });
    expect(asCookie.status).toBe(401);
  });

  it('changes whom the address names, whatever id the body carries', async () => {
    const { user: eva } = await account('eva', 'ville', 'viewer');
    const { user: fred } = await account('fred', 'ville', 'viewer');
    await server.admin('PUT', `/users/${eva.id}`, { role: 'operator', disabled: false, id: fred.id });
    const { items } = await server.admin('GET', '/users');
    const roleOf = (id: string) => items.find((user: { id: string }) => user.id === id).role;
    expect([roleOf(eva.id), roleOf(fred.id)]).toEqual(['operator', 'viewer']);
  });

  it('ends the live streams of whoever is shut out, and gives each person a few places', {
    timeout: 60_000,
  }, async () => {
    const { id, headers } = await person('gil', 'ville', 'viewer');
    const path = '/api/v1/tenants/ville/readings/live';
    const streams = await Promise.all(Array.from({ length: 22 }, () => openStream(path, headers)));
    expect(streams.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(streams.filter(({ status }) => status === 429)).toHaveLength(2);
    const other = await openStream(path, { authorization: `Bearer ${server.token}` });
    expect(other.status).toBe(200);
    await server.admin('PUT', `/users/${id}`, { role: 'viewer', disabled: true });
    await vi.waitFor(() => expect(streams.every(({ ended }) => ended())).toBe(true), WAIT);
  });

  function openStream(path: string, headers: Record<string, string>): Promise<{ status: number; ended(): boolean }> {
    const { port } = server.running.http;
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, ca: server.ca, headers, agent: false }, (response) => {
        let ended = false;
        response.on('data', () => undefined);
        for (const name of ['end', 'close', 'error']) {
          response.on(name, () => {
            ended = true;
          });
        }
        resolve({ status: response.statusCode ?? 0, ended: () => ended });
      });
      call.on('error', reject);
      call.end();
    });
  }

  it('does not tell that another tenant has a name', async () => {
    const { secret } = (await tokenAs(server.token, 'bourg')).body;
    const gateway = (id: string, token: string, tenant: string) =>
      server.api({ method: 'POST', path: `/tenants/${tenant}/gateways`, token, body: { id, name: id } });
    expect((await gateway('shared-1', server.token, 'ville')).status).toBe(201);
    const foreign = await gateway('shared-1', secret, 'bourg');
    expect(foreign.body.code).toBe('NAME_UNAVAILABLE');
    expect(foreign.body.message).not.toMatch(/exist/);
    expect((await gateway('own-1', secret, 'bourg')).status).toBe(201);
    expect((await gateway('own-1', secret, 'bourg')).body.code).toBe('CONFLICT');
    const user = { name: 'eva', tenant: 'bourg', role: 'viewer' };
    const taken = await server.api({ method: 'POST', path: '/users', token: secret, body: user });
    expect(taken.body.code).toBe('NAME_UNAVAILABLE');
    expect(JSON.stringify(taken.body)).not.toContain('eva');
  });

  it.each([
    'a\u202eb',
    'a\u2066b',
    'a\u200bb',
    'a\u0085b',
    'a\u0000b',
    'a\ud800b',
    'a\u2028b',
    '\ufeffa',
    '   ',
    '\u3164',
    ' a',
  ])('refuses %j as a name', async (name) => {
    const answer = await server.api({
      method: 'POST',
      path: '/tenants',
      token: server.token,
      body: { id: 'odd', name },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
  });

  it.each([
    'Écluse n° 3 – « Pont-Neuf »',
    '水門三',
    'Žižkov',
    'مبنى البلدية',
    '🚰 Fontaine',
  ])('takes %j as a name', async (name) => {
    const id = `t-${Buffer.from(name).toString('hex').slice(0, 20)}`;
    const answer = await server.api({ method: 'POST', path: '/tenants', token: server.token, body: { id, name } });
    expect(answer.status).toBe(201);
  });

  it('shows an audit log that was written anew without the key, and serves rows that are nobody’s', async () => {
    const { db } = server.installation.database;
    const parts = { at: 1, actor: { name: 'cli' }, tenant: null, action: 'probe', target: 'x' };
    await db.transaction().execute((trx) => recordAudit(trx, parts));
    expect(await findTampering(db, server.installation.auditKeyedFrom)).toBeUndefined();
    const { items } = await server.admin('GET', '/audit');
    expect(items[0]).toMatchObject({ action: 'probe', tenant: null });
    const { secret } = (await tokenAs(server.token, 'ville')).body;
    expect((await server.api({ path: '/audit', token: secret })).status).toBe(403);
    // Every row again, as whoever holds the database but not the key could.
    const plain = db.withoutPlugins().withPlugin(camelCase(db));
    const rows = await db.selectFrom('auditRows').selectAll().orderBy('id').execute();
    await plain.deleteFrom('auditRows').execute();
    await plain.updateTable('logHeads').set({ id: 0 }).where('name', '=', 'audit').execute();
    for (const { actor, details, id: _, digest: __, ...row } of rows) {
      const entry = { ...row, actor: { name: actor.replace('user:', 'user:x') }, details: JSON.parse(details) };
      await plain.transaction().execute((trx) => recordAudit(trx, entry));
    }
    expect(await findTampering(plain, Number.POSITIVE_INFINITY)).toBeUndefined();
    expect(await findTampering(db, server.installation.auditKeyedFrom)).toBe(1);
  });
});

function camelCase(db: TestServer['installation']['database']['db']) {
  const [plugin] = db.getExecutor().plugins;
  if (!plugin) throw new Error('the database has no plugins');
  return plugin;
}
