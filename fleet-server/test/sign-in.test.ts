import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './test-server.ts';

describe('signing in', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server?.remove());

  function signIn(name: string, password: string) {
    return server.api({ method: 'POST', path: '/session', body: { name, password } });
  }

  async function session(name: string, password: string) {
    const answer = await signIn(name, password);
    const cookie = String(answer.headers['set-cookie']);
    return { cookie: cookie.split(';')[0] ?? '', csrf: String(answer.body.csrfToken), attributes: cookie };
  }

  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const { attributes } = await session('admin', server.password);
    expect(attributes).toMatch(/HttpOnly/);
    expect(attributes).toMatch(/Secure/);
    expect(attributes).toMatch(/SameSite=Strict/);
  });

  it('lets a cookie change something only with the token of its session', async () => {
    const { cookie, csrf } = await session('admin', server.password);
    const body = { id: 'ville', name: 'Ville' };
    const post = (headers: Record<string, string>) => server.api({ method: 'POST', path: '/tenants', body, headers });
    expect((await post({ cookie })).status).toBe(403);
    expect((await post({ cookie, 'x-csrf-token': `${csrf}x` })).status).toBe(403);
    expect((await post({ cookie, 'x-csrf-token': csrf })).status).toBe(201);
  });

  it('ends a session at sign-out', async () => {
    const { cookie, csrf } = await session('admin', server.password);
    expect((await server.api({ path: '/session', headers: { cookie } })).status).toBe(200);
    await server.api({ method: 'DELETE', path: '/session', headers: { cookie, 'x-csrf-token': csrf } });
    expect((await server.api({ path: '/session', headers: { cookie } })).status).toBe(401);
  });

  it('ends the sessions of somebody who is shut out, or whose password is changed', async () => {
    const { user, password } = await server.admin('POST', '/users', { name: 'anna', tenant: null, role: 'operator' });
    const first = await session('anna', password);
    await server.admin('PUT', `/users/${user.id}`, { role: 'viewer', disabled: true });
    expect((await server.api({ path: '/session', headers: { cookie: first.cookie } })).status).toBe(401);
    expect((await signIn('anna', password)).status).toBe(401);
    await server.admin('PUT', `/users/${user.id}`, { role: 'viewer', disabled: false });
    const second = await session('anna', password);
    const changed = await server.api({
      ...{ method: 'PUT', path: '/session/password', headers: { cookie: second.cookie, 'x-csrf-token': second.csrf } },
      body: { current: password, new: 'correct horse battery' },
    });
    expect(changed.status).toBe(204);
    expect((await server.api({ path: '/session', headers: { cookie: second.cookie } })).status).toBe(401);
    expect((await signIn('anna', 'correct horse battery')).status).toBe(200);
  });

  it('keeps the last administrator of the installation in', async () => {
    const { items } = await server.admin('GET', '/users');
    const admin = items.find((user: { name: string }) => user.name === 'admin');
    const answer = await server.api({
      ...{ method: 'PUT', path: `/users/${admin.id}`, token: server.token, body: { role: 'viewer', disabled: false } },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('takes as long for an account that does not exist', async () => {
    const time = async (name: string) => {
      const began = performance.now();
      expect((await signIn(name, 'wrong')).body.code).toBe('LOGIN_FAILED');
      return performance.now() - began;
    };
    const samples = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 4; round += 1) {
      samples.known.push(await time('admin'));
      samples.unknown.push(await time(`nobody-${round}`));
    }
    const fastest = (times: number[]) => Math.min(...times);
    expect(fastest(samples.unknown)).toBeGreaterThan(fastest(samples.known) / 2);
    expect(fastest(samples.known)).toBeGreaterThan(fastest(samples.unknown) / 2);
  });

  it('locks an account for an address after ten failures, even for the right password', async () => {
    const { password } = await server.admin('POST', '/users', { name: 'bruno', tenant: null, role: 'viewer' });
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await signIn('bruno', 'wrong')).status).toBe(401);
    const locked = await signIn('bruno', password);
    expect(locked).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('stores neither passwords nor tokens', async () => {
    const { db } = server.installation.database;
    const rows = JSON.stringify([
      await db.selectFrom('users').selectAll().execute(),
      await db.selectFrom('userSessions').selectAll().execute(),
      await db.selectFrom('apiTokens').selectAll().execute(),
    ]);
    expect(rows).not.toContain(server.password);
    expect(rows).not.toContain(server.token);
  });

  it('sends the headers that keep a page from being abused', async () => {
    const page = await server.http('/', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.body).toContain('npm run build');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });
});
