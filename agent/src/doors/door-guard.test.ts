import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BoundedLog } from '../bounded-log.ts';
import { Ledger } from '../ledger.ts';
import { DoorGuard } from './door-guard.ts';

const BOUNDS = { strangersPerAddress: 2, strangers: 4, introductionMs: 60_000, unsentBytes: 100_000 };
const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A door at which whoever sends "me" is introduced, and gets much to read. */
async function open(bounds: Partial<typeof BOUNDS> = {}) {
  const lines: string[] = [];
  const clock = { now: () => 0, monotonicMs: () => 0, trusted: () => true };
  const ledger = new Ledger();
  const stage = ledger.stage('door');
  const log = new BoundedLog(pino({}, { write: (line) => void lines.push(line) }), clock);
  const guard = new DoorGuard({ name: 'test', bounds: { ...BOUNDS, ...bounds }, log, stage });
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      if (String(bytes).startsWith('me')) guard.introduced(socket);
      if (String(bytes).endsWith('much')) socket.write(Buffer.alloc(20_000_000));
    });
  });
  guard.watch(server);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const visit = async (localAddress = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  return { guard, visit, lines, log, ledger: () => ledger.snapshot().door };
}

const gone = (socket: Socket) => vi.waitFor(() => expect(socket.destroyed).toBe(true));

describe('DoorGuard', () => {
  it('cuts the oldest stranger of an address that takes more than its places, and nobody of another', async () => {
    const { visit, ledger } = await open();
    const other = await visit('127.0.0.2');
    const [first, second, third] = [await visit(), await visit(), await visit()];
    await gone(first);
    expect([second, third, other].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    expect(ledger()).toEqual({ in: 4, out: 0, held: 3, dropped: { DOOR_REFUSED: 1 } });
  });

  it('cuts a stranger of the address that has most where all places are taken', async () => {
    const { visit } = await open({ strangers: 3 });
    const lone = await visit('127.0.0.2');
    const crowd = [await visit('127.0.0.3'), await visit('127.0.0.3')];
    const newcomer = await visit('127.0.0.4');
    await gone(crowd[0] as Socket);
    expect([lone, crowd[1], newcomer].map((socket) => socket?.destroyed)).toEqual([false, false, false]);
  });

  it('counts no longer as strangers those who said who they are', async () => {
    const { guard, visit } = await open();
    for (let guests = 0; guests < 6; guests++) {
      (await visit()).write('me');
      await vi.waitFor(() => expect(guard.strangers).toBe(0));
    }
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('cuts those who do not say who they are in time', async () => {
    const { visit } = await open({ introductionMs: 50 });
    await gone(await visit());
  });

  it('cuts those who do not read what they are sent', async () => {
    const { visit, lines } = await open();
    const socket = await visit();
    socket.pause();
    socket.write('me, much');
    await vi.waitFor(() => expect(lines.join('')).toContain('it does not read'));
  });

  it('tells of refusals at a bounded rate, and counts all of them', async () => {
    const { visit, lines, log } = await open();
    for (let visits = 0; visits < 20; visits++) await visit();
    await vi.waitFor(() => expect(log.counts()).toEqual({ DOOR_REFUSED: 18 }));
    expect(lines.length).toBeLessThan(10);
  });
});
