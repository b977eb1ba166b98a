import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const HOUR = 3_600_000;

describeOnEach('a platform over REST', (create) => {
  let server: TestServer;
  let gateway: TestGateway;
  let password = '';
  const began = Date.UTC(2026, 10, 1, 8);
  beforeAll(async () => {
    server = await TestServer.start(await create());
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await server.admin('POST', '/tenants', { id: 'bourg', name: 'Bourg' });
    password = (await server.admin('POST', '/tenants/ville/platform-accounts', { name: 'hyperviseur' })).password;
    await gateway.connect();
    const records = [0, 1, 2, 3].map((hour) => {
      const receivedAt = began + hour * HOUR;
      const times = { receivedAt, clock: 'gateway', trusted: true };
      return readings({ 'cab.power': hour, 'cab.voltage': 230, 'cab.contactor': 'closed' }, { times });
    });
    const batch = gateway.send(records, 'backlog');
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('backlog')).toBe(batch), WAIT);
  }, 120_000);
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  const basic = (name: string, secret: string) => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
  const ask = (path: string, { method = 'GET', secret = password, body = undefined as unknown } = {}) =>
    server.api({ method, path, body, headers: { authorization: basic('hyperviseur', secret) } });

  it('reads with the name and password of its account, its own tenant only, and changes nothing', async () => {
    expect((await ask('/tenants/ville/readings')).body.items).toHaveLength(12);
    expect((await ask('/tenants/ville/gateways')).body.items).toMatchObject([{ id: 'gw-1' }]);
    expect((await ask('/tenants/bourg/readings')).status).toBe(404);
    const change = await ask('/tenants/ville/gateways', { method: 'POST', body: { id: 'gw-2', name: 'x' } });
    expect([change.status, change.body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await ask('/users')).status).toBe(403);
    expect((await ask('/session')).body).toMatchObject({ kind: 'platform', name: 'hyperviseur', role: 'viewer' });
  });

  it('has no unit where a quantity has none, on either way', async () => {
    const { items } = (await ask('/tenants/ville/readings')).body;
    const units = items.map(({ quantity, unit }: { quantity: string; unit?: string }) => [quantity, unit]);
    expect(units).toContainEqual(['cab.power', 'W']);
    expect(units).toContainEqual(['cab.contactor', undefined]);
    const latest = (await ask('/tenants/ville/readings/latest')).body.items;
    expect(latest.map(({ unit }: { unit?: string }) => unit)).not.toContain('');
    const texts: string[] = [];
    const client = await connectAsync({
      ...{ protocol: 'mqtts', host: '127.0.0.1', port: server.running.mqtt.port, ca: server.ca },
      ...{ username: 'hyperviseur', password, reconnectPeriod: 0 },
    });
    client.on('message', (_topic, payload) => texts.push(payload.toString()));
    await client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    gateway.send([
      readings({ 'cab.contactor': 'open' }, { times: { receivedAt: began, clock: 'gateway', trusted: true } }),
    ]);
    await vi.waitFor(() => expect(texts).toHaveLength(1), WAIT);
    expect(texts[0]).not.toContain('"unit"');
    await client.endAsync(true);
  });

  it('gets as many readings as it asks for, each once, also where a page ends within a record', async () => {
    for (const filter of ['', '&device=meter-1', '&quantity=cab.voltage']) {
      const ids: string[] = [];
      let next = '0';
      let more = true;
      while (more) {
        const page = (await ask(`/tenants/ville/readings?limit=2&after=${next}${filter}`)).body;
        expect(page.items.length).toBeLessThanOrEqual(2);
        ids.push(...page.items.map(({ id }: { id: string }) => id));
        ({ next, more } = page);
      }
      const all = (await ask(`/tenants/ville/readings?limit=1000${filter}`)).body.items;
      expect([filter, ids]).toEqual([filter, all.map(({ id }: { id: string }) => id)]);
    }
  });

  it('gets what was so between two moments', async () => {
    const [from, to] = [1, 3].map((hour) => new Date(began + hour * HOUR).toISOString());
    for (const filter of ['', '&device=meter-1']) {
      const { items, more } = (await ask(`/tenants/ville/readings?from=${from}&to=${to}&quantity=cab.power${filter}`))
        .body;
      expect([filter, more, items.map(({ value }: { value: number }) => value)]).toEqual([filter, false, [1, 2]]);
    }
    const wrong = await ask('/tenants/ville/readings?from=yesterday');
    expect([wrong.status, wrong.body.code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('is told of a member of the query that the address does not know', async () => {
    for (const path of [
      '/tenants/ville/readings?since=0',
      '/tenants/ville/sites?q=x',
      '/tenants/ville/gateways?page=2',
    ]) {
      const { status, body } = await ask(path);
      expect([path, status, body.code]).toEqual([path, 400, 'QUERY_UNKNOWN']);
    }
  });

  it('is told where a body is no JSON, and what is wrong with a key', async () => {
    const call = (path: string, body: string) =>
      server.http(`/api/v1${path}`, {
        ...{ method: 'POST', body },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
      });
    const broken = await call('/tenants', '{"id":"x",\n "name" "secret"}');
    expect([broken.status, broken.body.code]).toEqual([400, 'JSON_INVALID']);
    expect(broken.body.message).toMatch(/line 2/);
    expect(broken.body.message).not.toContain('secret');
    expect((await call('/tenants', '')).body.code).toBe('JSON_INVALID');
    const device = { devEui: '70b3d5fffe000001', joinEui: '0000000000000001', appKey: '0011', model: 'nasys/ul20xx' };
    const short = await call('/tenants/ville/gateways/gw-1/devices/qr', JSON.stringify(device));
    expect([short.status, short.body.code]).toEqual([422, 'KEY_INVALID']);
    expect(short.body.message).toContain('AppKey');
  });

  it('is refused with a wrong password, held up after too many, and out as soon as its account is gone', async () => {
    expect((await ask('/tenants/ville/readings')).status).toBe(200);
    const statuses = [];
    for (let guess = 0; guess < 22; guess += 1)
      statuses.push((await ask('/tenants/ville/readings', { secret: `wrong-${guess}` })).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    await server.admin('DELETE', '/tenants/ville/platform-accounts/hyperviseur');
    expect((await ask('/tenants/ville/readings')).status).not.toBe(200);
  });
});
