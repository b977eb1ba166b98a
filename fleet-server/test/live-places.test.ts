import { request } from 'node:https';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const LIMITS = { liveStreams: 3, liveStreamsPerTenant: 2, liveStreamsPerPerson: 10 };

let server: TestServer;
const open: { destroy(): unknown }[] = [];

beforeAll(async () => {
  server = await TestServer.start(undefined, { apiLimits: LIMITS });
  for (const id of ['ville', 'bourg']) await server.admin('POST', '/tenants', { id, name: id });
}, 60_000);
afterAll(() => server?.remove());

/** Looks at a tenant's readings for good; gives the status. */
function look(tenant: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `/api/v1/tenants/${tenant}/readings/live`;
    const headers = { authorization: `Bearer ${server.token}` };
    const { port } = server.running.http;
    const call = request({ host: '127.0.0.1', port, path, headers, ca: server.ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
    open.push(call);
  });
}

it('a tenant takes its own places for live streams, all together those of the server, and places come back', async () => {
  expect([await look('ville'), await look('ville'), await look('ville')]).toEqual([200, 200, 429]);
  expect([await look('bourg'), await look('bourg')]).toEqual([200, 429]);
  const metrics = await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } });
  expect(metrics.body).toContain('vigie_refused_total{door="live",reason="places-of-tenant"} 1');
  expect(metrics.body).toContain('vigie_refused_total{door="live",reason="places-of-all"} 1');
  for (const call of open.splice(0)) call.destroy();
  await vi.waitFor(async () => expect(await look('bourg')).toBe(200), WAIT);
  for (const call of open.splice(0)) call.destroy();
});
