import { request } from 'node:http';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { BoundedLog } from '../bounded-log.ts';
import { Ledger } from '../ledger.ts';
import { HealthServer, type HealthSource } from './health-server.ts';

const open: HealthServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(source: Partial<HealthSource> = {}): Promise<number> {
  const clock = { now: () => 0, monotonicMs: () => 0, trusted: () => true };
  const server = new HealthServer({
    log: new BoundedLog(pino({ level: 'silent' }), clock),
    stage: new Ledger().stage('health.connections'),
    source: {
      healthy: () => true,
      status: () => ({ gateway: 'gw-1' }),
      metrics: () => '',
      useBus: () => Promise.resolve(),
      ...source,
    },
  });
  open.push(server);
  return server.listen(0);
}

function statusCode(port: number, host: string, path = '/status'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject);
    call.end();
  });
}

it.each([
  'localhost',
  '127.0.0.1',
  '127.0.0.1:80',
  '[::1]:8080',
  'LOCALHOST:1',
])('answers a request for %s', async (host) => {
  expect(await statusCode(await start(), host)).toBe(200);
});

it.each([
  'attacker.example',
  'localhost.attacker.example',
  '127.0.0.1.attacker.example',
  '192.0.2.1',
  'a b',
  '127.0.0.1@x',
])('answers nothing to a page that had the name %s point to this machine', async (host) => {
  expect(await statusCode(await start(), host)).toBe(421);
});

it('lives on where the status cannot be told', async () => {
  let isBroken = true;
  const port = await start({
    status: () => {
      if (isBroken) throw new Error('a bug');
      return {};
    },
  });
  expect(await statusCode(port, 'localhost')).toBe(500);
  isBroken = false;
  expect(await statusCode(port, 'localhost')).toBe(200);
});
