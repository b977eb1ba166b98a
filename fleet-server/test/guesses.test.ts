import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiAnswer, TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const BURST = 110;
const NEW_PASSWORD = 'quatre vaches au pré';

describe('whoever guesses passwords', () => {
  let server: TestServer;
  let made = '';

  beforeAll(async () => {
    server = await TestServer.start();
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
    made = (await server.admin('POST', '/users', { name: 'anna', tenant: 'ville', role: 'viewer' })).password;
  }, 60_000);
  afterAll(() => server?.remove());

  function signIn(name: string, password: string, cookie = ''): Promise<ApiAnswer> {
    const headers: Record<string, string> = cookie === '' ? {} : { cookie };
    return server.api({ method: 'POST', path: '/session', body: { name, password }, headers });
  }

  const cookiesOf = ({ headers }: ApiAnswer) =>
    [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? '');
  const count = (answers: ApiAnswer[], code: string) => answers.filter(({ body }) => body.code === code).length;

  it('has at most ten of a burst checked, and holds up nobody whose browser is known', {
    timeout: 60_000,
  }, async () => {
    const before = await signIn('anna', made);
    const device = cookiesOf(before).find((cookie) => cookie.startsWith('vigie_device=')) ?? '';
    const burst = await Promise.all(Array.from({ length: BURST }, (_, n) => signIn('anna', `guess ${n}`)));
    expect(count(burst, 'LOGIN_FAILED')).toBeLessThanOrEqual(10);
    expect(count(burst, 'RATE_LIMITED')).toBeGreaterThanOrEqual(100);
    expect((await signIn('anna', made)).status).toBe(429);
    expect((await signIn('anna', made, device)).status).toBe(200);
    // The name is not locked for others behind the same address, and the browser opens nothing by itself.
    expect((await signIn('admin', server.password)).status).toBe(200);
    expect((await signIn('anna', 'wrong', device)).status).toBe(401);
    expect((await signIn('admin', 'wrong', device)).body.code).toBe('LOGIN_FAILED');
  });

  it('is seen by the tenant whose people are tried, once, and by the installation for others', async () => {
    for (let n = 0; n < 15; n += 1) await signIn('nobody', `guess ${n}`);
    await vi.waitFor(async () => {
      const { items } = await server.admin('GET', '/tenants/ville/events');
      const throttled = items.filter(({ code }: { code: string }) => code === 'SIGN_IN_THROTTLED');
      expect(throttled).toMatchObject([{ source: 'server', message: expect.stringContaining('127.0.0.1 for anna') }]);
      const installation = await server.admin('GET', '/events');
      expect(installation.items).toMatchObject([{ code: 'SIGN_IN_THROTTLED' }]);
      expect(installation.items[0].message).not.toContain('nobody');
    }, WAIT);
    const metrics = await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } });
    expect(String(metrics.body)).toMatch(/vigie_refused_total\{door="sign-in",reason="throttled"\} \d\d/);
  });

  it('keeps nobody out of the console by guessing at the broker', { timeout: 60_000 }, async () => {
    const guesses = Array.from({ length: 80 }, (_, n) =>
      connectAsync({
        ...{ protocol: 'mqtts', host: '127.0.0.1', port: server.running.mqtt.port, ca: server.ca },
        ...{ username: `platform-${n}`, password: 'wrong', reconnectPeriod: 0 },
      }).catch((error: Error) => error),
    );
    expect((await signIn('admin', server.password)).status).toBe(200);
    const results = await Promise.all(guesses);
    expect(results.every((result) => result instanceof Error)).toBe(true);
  });

  it('gives way again: no name stays locked', async () => {
    const clock = server.installation.clock.now.bind(server.installation.clock);
    const later = vi.spyOn(server.installation.clock, 'now').mockImplementation(() => clock() + 15 * 60_000);
    expect((await signIn('anna', made)).status).toBe(200);
    later.mockRestore();
  });

  it('must change a password that was made up before anything else', async () => {
    const answer = await signIn('anna', made, '');
    const signedIn = answer.status === 200 ? answer : await signIn('anna', made);
    if (signedIn.status === 429) return;
    const [cookie = ''] = cookiesOf(signedIn);
    const headers = { cookie, 'x-csrf-token': String(signedIn.body.csrfToken) };
    expect(signedIn.body.mustChangePassword).toBe(true);
    const refused = await server.api({ path: '/tenants', headers });
    expect(refused).toMatchObject({ status: 403, body: { code: 'PASSWORD_CHANGE_REQUIRED' } });
    const change = (next: string) =>
      server.api({ method: 'PUT', path: '/session/password', headers, body: { current: made, new: next } });
    for (const weak of [' '.repeat(12), 'passwordpassword', 'anna-12345678', made]) {
      expect(await change(weak)).toMatchObject({ status: 422, body: { code: 'PASSWORD_WEAK' } });
    }
    expect((await change(NEW_PASSWORD)).status).toBe(204);
    const again = await signIn('anna', NEW_PASSWORD);
    expect(again.body.mustChangePassword).toBeUndefined();
    expect((await server.api({ path: '/tenants', headers: { cookie: cookiesOf(again)[0] ?? '' } })).status).toBe(200);
  });
});
