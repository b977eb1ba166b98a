import { request } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
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

it('gathers the status once for all that ask in one moment', async () => {
  let gathered = 0;
  const port = await start({ status: () => ({ gathered: ++gathered }) });
  await Promise.all(Array.from({ length: 20 }, () => statusCode(port, 'localhost')));
  expect(gathered).toBeLessThan(5);
});

it('cuts a connection that asks without end', async () => {
  const port = await start();
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.resume();
  socket.write('GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(500));
  await vi.waitFor(() => expect(socket.destroyed).toBe(true));
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
