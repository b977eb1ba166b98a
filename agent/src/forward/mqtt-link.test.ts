import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Issued, TestAuthority } from '../../test/certificates.ts';
import { MqttLink } from './mqtt-link.ts';

const WAIT = { timeout: 10_000, interval: 10 };
/** Packet types in the first byte (MQTT 3.1.1, 2.2.1). */
const CONNECT = 0x10;
const SUBSCRIBE = 0x82;
const DISCONNECT = Buffer.of(0xe0, 0);
const CONNACK = Buffer.of(0x20, 2, 0, 0);

describe('MqttLink', () => {
  let authority: TestAuthority;
  let issued: Issued;
  const servers: Server[] = [];
  beforeAll(async () => {
    authority = await TestAuthority.create();
    issued = await authority.issue('localhost');
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Lets in whoever comes, unless it is mute; what it heard last is told by `heard`. */
  async function start({ silent = false } = {}) {
    const heard: Buffer[] = [];
    const server = createServer({ cert: issued.certificate, key: issued.key }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        heard.push(bytes);
        if (bytes[0] === CONNECT) socket.write(CONNACK);
        if (bytes[0] === SUBSCRIBE) socket.write(Buffer.of(0x90, 3, bytes[2] ?? 0, bytes[3] ?? 0, 0));
        if (bytes[0] === SUBSCRIBE && silent) socket.pause();
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let ups = 0;
    const link = new MqttLink(
      {
        servers: () => [{ host: 'localhost', port }],
        ...{ ca: authority.pem, certificate: issued.certificate, key: issued.key, clientId: 'gw-1' },
        ...{ subscriptions: ['down'], timing: { spreadMs: 0 }, random: () => 0 },
      },
      { up: () => (ups += 1), down: () => undefined, message: () => undefined },
    );
    link.start();
    await vi.waitFor(() => expect(ups).toBe(1), WAIT);
    return { link, heard };
  }

  it('takes its leave when it is stopped, so that the server knows it is meant', async () => {
    const { link, heard } = await start();
    await link.stop();
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(DISCONNECT), WAIT);
    expect(link.isUp).toBe(false);
  });

  it('stops within a limit where the server hears nothing any more', async () => {
    const { link } = await start({ silent: true });
    const beganMs = performance.now();
    await link.stop();
    expect(performance.now() - beganMs).toBeLessThan(5_000);
  });
});
