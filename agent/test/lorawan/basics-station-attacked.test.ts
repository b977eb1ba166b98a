import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { subjectHost, TestAuthority } from '../certificates.ts';
import { type StationBench, stationBenches } from './station-bench.ts';

const start = stationBenches();
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function knock(address: string, localAddress = '127.0.0.1'): Socket {
  const [host, port] = address.split(':');
  const socket = connect({ host: host ?? '', port: Number(port), localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** The first line of what the door answers to bytes as they are. */
async function statusOf(address: string, request: string): Promise<string> {
  const socket = knock(address);
  socket.write(request);
  const [answer] = await once(socket, 'data');
  return String(answer).split('\r\n')[0] ?? '';
}

async function stillServes({ b, device, station }: StationBench): Promise<void> {
  const client = await station();
  client.hears(device.uplink({ fPort: 2, payload: Buffer.of(1) }));
  await vi.waitFor(() => expect(b.messages.length).toBeGreaterThan(0));
  client.socket.terminate();
}

describe('a door for stations', () => {
  it.each([
    '[',
    '',
    'a b',
    'a/b',
    'x:y:z',
    'host:99999999',
    '\u00e9',
    '-',
    'a@b',
    '[::1',
    'host:99999',
    '256.1.1.1',
    '1.2.3.4.5',
    '[:::]',
  ])('refuses the host "%s" by CUPS, discovery and connection, and goes on', async (host) => {
    const bench = await start();
    const body = '{"router":"::1"}';
    const cups = `POST /update-info HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(await statusOf(bench.address, cups)).toContain(' 400 ');
    for (const path of ['/router-info', '/router/0000000000000001']) {
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
      const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`;
      const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${upgrade}${key}\r\n`;
      expect(await statusOf(bench.address, request)).toContain(' 400 ');
    }
    await stillServes(bench);
  });

  it.each([
    ['nested lists', `{"router":${'['.repeat(2_300)}${']'.repeat(2_300)}}`],
    ['nested objects', `{"router":${'{"a":'.repeat(2_300)}1${'}'.repeat(2_300)}}`],
    ['an object', '{"router":{"toJSON":1}}'],
    ['a long name', `{"router":"${'x'.repeat(60_000)}"}`],
    ['a number beyond all', '{"router":1e999}'],
    ['no JSON', 'x'],
  ])('answers %s as a router with a word, and goes on', async (_name, message) => {
    const bench = await start();
    const socket = new WebSocket(`ws://${bench.address}/router-info`);
    await once(socket, 'open');
    socket.send(message);
    const [answer] = await once(socket, 'message');
    expect(String(answer).length).toBeLessThan(300);
    expect(JSON.parse(String(answer))).toHaveProperty('error');
    await stillServes(bench);
  });

  it('goes on where a connected station sends what nests without end', async () => {
    const bench = await start();
    const client = await bench.station();
    client.socket.send(`{"msgtype":"updf","upinfo":${'['.repeat(9_000)}${']'.repeat(9_000)}}`);
    client.socket.send(`{"msgtype":"timesync","txtime":${'['.repeat(9_000)}${']'.repeat(9_000)}}`);
    await vi.waitFor(() =>
      expect(bench.b.ledger.snapshot()['lorawan.messages']?.dropped).toEqual({ LORAWAN_MESSAGE_INVALID: 2 }),
    );
    await stillServes(bench);
  });

  it('lets a station in although one address made up as many as there are places', { timeout: 60_000 }, async () => {
    const bench = await start();
    const names = () => bench.b.ledger.snapshot()['lorawan.stations']?.held ?? 0;
    for (let number = 0; number < 256; number += 1) {
      const eui = (0x1000 + number).toString(16).padStart(16, '0');
      const socket = new WebSocket(`ws://${bench.address}/router/${eui}`, { localAddress: '127.0.0.9' });
      socket.on('error', () => undefined);
      await once(socket, 'open');
      socket.send('{"msgtype":"version","station":"2.0.6","protocol":2}');
      await once(socket, 'message');
    }
    expect(names()).toBe(256);
    await stillServes(bench);
  });

  it('gives silent connections of an address few places, and lets a station in beside them', async () => {
    const authority = await TestAuthority.create();
    const { certificate, key } = await authority.issue('lns', [subjectHost('localhost')]);
    for (const tls of [undefined, { certificate, privateKey: key }]) {
      const bench = await start(tls ? { tls } : {});
      const silent = Array.from({ length: 200 }, () => knock(bench.address, '127.0.0.9'));
      const isOpen = (socket: Socket) => !socket.destroyed && socket.readyState === 'open';
      await vi.waitFor(() => expect(silent.filter((socket) => socket.destroyed).length).toBe(184));
      expect(silent.filter(isOpen)).toHaveLength(16);
      const { in: came = 0, held = 0, dropped } = bench.b.ledger.snapshot()['lorawan.stations'] ?? {};
      expect({ came, held, dropped }).toEqual({ came: 200, held: 16, dropped: { DOOR_REFUSED: 184 } });
      if (!tls) await stillServes(bench);
    }
  });
});
