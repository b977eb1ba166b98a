import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import { afterEach, expect, it, vi } from 'vitest';
import { connectBounded } from './connect-bounded.ts';

const CONNACK = Buffer.of(0x20, 0x02, 0x00, 0x00);
const open: (Server | MqttClient)[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    if ('endAsync' in each) await each.endAsync(true);
    else await new Promise((resolve) => each.close(resolve));
  }
});

/** A broker that says this to whoever connects, and how often somebody did. */
async function broker(says: (socket: Socket) => void) {
  let visits = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      visits += 1;
      socket.write(CONNACK);
      says(socket);
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, visits: () => visits };
}

function publish(bytes: number): Buffer {
  const body = Buffer.concat([Buffer.of(0, 1, 0x74), Buffer.alloc(bytes)]);
  const length = Buffer.of((body.length & 0x7f) | 0x80, ((body.length >> 7) & 0x7f) | 0x80, body.length >> 14);
  return Buffer.concat([Buffer.of(0x30), length, body]);
}

it('takes packets up to the bound', async () => {
  const { port } = await broker((socket) => socket.write(publish(90_000)));
  const client = connectBounded({ host: '127.0.0.1', port }, 100_000);
  open.push(client);
  const message = vi.fn();
  client.on('message', (_topic, payload) => message(payload.length));
  await vi.waitFor(() => expect(message).toHaveBeenCalledWith(90_000));
});

it('cuts a connection whose broker announces more, and is on its guard in the next one', async () => {
  const { port, visits } = await broker((socket) => socket.write(publish(200_000)));
  const client = connectBounded({ url: `mqtt://127.0.0.1:${port}`, reconnectPeriod: 20 }, 100_000);
  open.push(client);
  const message = vi.fn();
  const errors: string[] = [];
  client.on('message', message);
  client.on('error', (error) => void errors.push(error.message));
  await vi.waitFor(() => expect(visits()).toBeGreaterThan(2));
  expect(errors).toContain('PACKET_TOO_LARGE');
  expect(message).not.toHaveBeenCalled();
});
