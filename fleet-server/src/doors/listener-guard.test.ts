import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestServer } from '../../test/test-server.ts';
import { ListenerGuard } from './listener-guard.ts';
import { type ListenerLimits, MQTT_LISTENER } from './listener-limits.ts';
import { Refusals } from './refusals.ts';

const WAIT = { timeout: 30_000, interval: 20 };
/** Far beyond what sockets keep on their way. */
const MUCH = Buffer.alloc(32 * 1_048_576);

let credentials: { cert: string; key: string };
const servers: Server[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  const server = await TestServer.start();
  credentials = await server.installation.ca.issueServer(['127.0.0.1']);
  await server.remove();
}, 60_000);

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A listener that says `words` to whoever it knows, and knows whoever says anything. */
async function listener(limits: Partial<ListenerLimits>, words: (socket: TLSSocket) => void = () => undefined) {
  const refusals = new Refusals(pino({ level: 'silent' }));
  const guard = new ListenerGuard('mqtt', { ...MQTT_LISTENER, ...limits }, refusals);
  const server = createServer(credentials, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      guard.known(socket);
      words(socket);
    });
  });
  guard.watch(server);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    guard,
    port,
    reasons: () => refusals.counts().map(({ reason, count }) => `${reason} ${count}`),
    visit: async () => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.on('error', () => undefined);
      sockets.push(socket);
      await once(socket, 'secureConnect');
      return socket;
    },
  };
}

describe('a listener cuts', () => {
  it('a handshake that does not come to its end', async () => {
    const { port, reasons, guard } = await listener({ handshakeMs: 200 });
    const slow = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(slow);
    await once(slow, 'connect');
    // The head of a TLS record, and never its body.
    slow.write(Buffer.of(0x16, 3, 1, 2, 0));
    await vi.waitFor(() => expect(reasons()).toContain('handshake-time 1'), WAIT);
    await vi.waitFor(() => expect(guard.open).toBe(0), WAIT);
  });

  it('whoever is known and says nothing, and hears nothing, for too long', async () => {
    const { visit, reasons, guard } = await listener({ silenceMs: 300 });
    (await visit()).write('me');
    await vi.waitFor(() => expect(reasons()).toEqual(['silence 1']), WAIT);
    await vi.waitFor(() => expect(guard.open).toBe(0), WAIT);
  });

  it('whoever lets more wait than it may', async () => {
    const { visit, reasons } = await listener({ unsentBytes: 1_000_000 }, (socket) => socket.write(MUCH));
    const visitor = await visit();
    visitor.pause();
    visitor.write('me');
    await vi.waitFor(() => expect(reasons()).toEqual(['unsent-bytes 1']), WAIT);
  });

  it('whoever takes nothing of what waits for it', async () => {
    const limits = { unsentBytes: MUCH.length * 2, stalledMs: 500 };
    const { visit, reasons } = await listener(limits, (socket) => socket.write(MUCH));
    const visitor = await visit();
    visitor.pause();
    visitor.write('me');
    await vi.waitFor(() => expect(reasons()).toEqual(['stalled 1']), WAIT);
  });

  it('nobody who reads slowly, or speaks now and then', async () => {
    const limits = { unsentBytes: MUCH.length * 2, stalledMs: 3_000, silenceMs: 3_000 };
    const { visit, reasons } = await listener(limits, (socket) => socket.write(MUCH));
    const visitor = await visit();
    let read = 0;
    visitor.on('data', (bytes) => {
      read += bytes.length;
      visitor.pause();
      setTimeout(() => visitor.resume(), 1);
    });
    visitor.write('me');
    await vi.waitFor(() => expect(read).toBe(MUCH.length), WAIT);
    expect(reasons()).toEqual([]);
  });
});
