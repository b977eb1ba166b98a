import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { gatewayTopic } from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform, type PlatformCredentials, TestPlatform } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const REFUSED = 128;

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()));
}

describe('access to the broker', () => {
  let server: TestServer;
  let own: TestGateway;
  let other: TestGateway;
  let account: PlatformCredentials;

  beforeAll(async () => {
    server = await TestServer.start();
    own = await TestGateway.enrol(server, 'ville', 'gw-1');
    other = await TestGateway.enrol(server, 'bourg', 'gw-2');
    account = await createPlatform(server, 'ville', 'hypervisor');
    await createPlatform(server, 'bourg', 'portal');
  });
  afterAll(async () => {
    await own?.end();
    await other?.end();
    await server?.remove();
  });

  async function granted(client: TestPlatform['client'], filter: string): Promise<number> {
    const [grant] = await client.subscribeAsync(filter, { qos: 1 }).catch(() => []);
    return grant?.qos ?? REFUSED;
  }

  it.each([
    '#',
    '+/+/#',
    'city/#',
    'city/v1/+/#',
    'city/v1/bourg/#',
    'city/v1/ville2/#',
    'city/+/ville/#',
    'city/v1/ville',
    'city/v1/ville/lighting/x/y/z',
    'city/v1/ville/lighting+/a/b',
    '$share/group/city/v1/ville/#',
    '$share/group/city/v1/bourg/#',
    '$SYS/#',
    'vigie/v1/gw-1/#',
    'vigie/v1/gw-1/config',
  ])('refuses a platform the filter %s', async (filter) => {
    const platform = await TestPlatform.connect(server, account, { clientId: 'acl' });
    expect(await granted(platform.client, filter)).toBe(REFUSED);
    await platform.end();
  });

  it('lets a platform have its own tenant, and nothing of another ever reaches it', async () => {
    const platform = await TestPlatform.connect(server, account, { clientId: 'acl', clean: true });
    expect(await granted(platform.client, 'city/v1/ville/#')).toBe(1);
    await own.connect();
    await other.connect();
    other.send([readings({ 'cab.power': 666 })]);
    await vi.waitFor(() => expect(other.acknowledgedThrough('live')).toBe(1), WAIT);
    own.send([readings({ 'cab.power': 1 })]);
    await vi.waitFor(() => expect(platform.values).toEqual([1]), WAIT);
    await platform.end();
  });

  it.each([
    'city/v1/ville/lighting/a/b',
    'vigie/v1/gw-1/up/live',
    'vigie/v1/gw-1/config',
    '$SYS/x',
  ])('cuts a platform that publishes on %s', async (topic) => {
    const platform = await TestPlatform.connect(server, account, { clientId: 'acl' });
    const closed = closing(platform.client);
    platform.client.publish(topic, '{}', { qos: 1 });
    await closed;
    await platform.end();
  });

  it.each([
    gatewayTopic('gw-2', 'up/live'),
    gatewayTopic('gw-1', 'config'),
    gatewayTopic('gw-1', 'ack'),
    'city/v1/ville/lighting/a/b',
  ])('cuts a gateway that publishes on %s', async (topic) => {
    await own.connect();
    const { client } = own;
    if (!client) throw new Error('not connected');
    const closed = closing(client);
    client.publish(topic, '{}', { qos: 1 });
    await closed;
  });

  it.each([
    'vigie/v1/gw-2/config',
    'vigie/v1/+/config',
    'vigie/v1/gw-1/#',
    '#',
    'city/v1/ville/#',
    '$SYS/#',
  ])('refuses a gateway the filter %s', async (filter) => {
    await own.connect();
    if (!own.client) throw new Error('not connected');
    expect(await granted(own.client, filter)).toBe(REFUSED);
  });

  it('asks who one is', async () => {
    const options = { protocol: 'mqtts', host: '127.0.0.1', ca: server.ca, reconnectPeriod: 0 } as const;
    const { port } = server.running.mqtt;
    await expect(connectAsync({ ...options, port })).rejects.toThrow(/user|auth/i);
    const wrong = { username: account.username, password: 'wrong' };
    await expect(connectAsync({ ...options, port, ...wrong })).rejects.toThrow(/user|auth/i);
  });

  it('does not let one account throw another’s client out by its identifier', async () => {
    const { password } = await server.admin('POST', '/tenants/bourg/platform-accounts', { name: 'thief' });
    const victim = await TestPlatform.connect(server, account, { clientId: 'same' });
    const thief = await TestPlatform.connect(server, { username: 'thief', password }, { clientId: 'same' });
    const gatewayName = await TestPlatform.connect(server, { username: 'thief', password }, { clientId: 'gw-1' });
    await victim.client.subscribeAsync('city/v1/ville/#');
    expect(victim.client.connected).toBe(true);
    for (const platform of [victim, thief, gatewayName]) await platform.end();
  });

  it('hands a session over to a second connection of the same client', async () => {
    const first = await TestPlatform.connect(server, account, { clientId: 'twin' });
    await first.client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    const closed = closing(first.client);
    const second = await TestPlatform.connect(server, account, { clientId: 'twin' });
    await closed;
    await own.connect();
    own.send([readings({ 'cab.power': 77 })]);
    await vi.waitFor(() => expect(second.values).toContain(77), WAIT);
    await second.end();
  });

  it('cuts the connections of an account that is removed', async () => {
    const temporary = await createPlatform(server, 'ville', 'temporary');
    const platform = await TestPlatform.connect(server, temporary);
    const closed = closing(platform.client);
    await server.admin('DELETE', '/tenants/ville/platform-accounts/temporary');
    await closed;
    await expect(TestPlatform.connect(server, temporary)).rejects.toThrow();
  });

  it('cuts a connection that announces a packet beyond the limit, before it has come', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: server.running.mqtt.port, ca: server.ca });
    await once(socket, 'secureConnect');
    // CONNECT with a remaining length of 200 MiB.
    socket.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x64]));
    await once(socket, 'close');
  });
});
