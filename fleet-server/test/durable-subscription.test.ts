import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform, type PlatformCredentials, TestPlatform } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const FILTER = 'city/v1/ville/lighting/+/cab.power';

describeOnEach('a durable subscription', (create) => {
  let server: TestServer;
  let gateway: TestGateway;
  let account: PlatformCredentials;
  let next = 0;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    account = await createPlatform(server, 'ville', 'hypervisor');
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  /** Sends readings with rising values, and waits until the server has them. */
  async function feed(count: number): Promise<number[]> {
    const values = Array.from({ length: count }, () => next++);
    if (!gateway.client?.connected) {
      gateway.acknowledgements.length = 0;
      await gateway.connect();
    }
    const batch = gateway.send(values.map((value) => readings({ 'cab.power': value, 'cab.energy': 1 })));
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
    return values;
  }

  it('misses nothing while the platform is away, while the server restarts, and in between', async () => {
    const expected: (number | string)[] = [];
    let platform = await TestPlatform.connect(server, account);
    await platform.client.subscribeAsync(FILTER, { qos: 1 });
    expected.push(...(await feed(3)));
    await vi.waitFor(() => expect(platform.values).toEqual(expected), WAIT);
    await platform.end();
    expected.push(...(await feed(600)));
    await gateway.end();
    await server.restart();
    expected.push(...(await feed(3)));

    const seen = platform.received;
    platform = await TestPlatform.connect(server, account);
    await vi.waitFor(() => {
      for (const [id, message] of platform.received) seen.set(id, message);
      expect([...seen.values()].map(({ value }) => value)).toEqual(expected);
    }, WAIT);
    expected.push(...(await feed(2)));
    await vi.waitFor(() => expect(platform.values.slice(-2)).toEqual(expected.slice(-2)), WAIT);
    await platform.end();
  });

  it('sends again, under the same id, what was not acknowledged', async () => {
    const silent = await TestPlatform.connect(server, account, { clientId: 'silent' });
    await silent.client.subscribeAsync(FILTER, { qos: 1 });
    const heard = await feed(2);
    await vi.waitFor(() => expect(silent.values).toEqual(heard), WAIT);
    silent.neverAcknowledge();
    const values = await feed(5);
    await vi.waitFor(() => expect(silent.deliveries).toBeGreaterThan(2), WAIT);
    await silent.end();
    const back = await TestPlatform.connect(server, account, { clientId: 'silent' });
    await vi.waitFor(() => expect(back.values).toEqual(values), WAIT);
    await back.end();
  });

  it('forgets a session that comes back clean', async () => {
    const first = await TestPlatform.connect(server, account, { clientId: 'clean' });
    await first.client.subscribeAsync(FILTER, { qos: 1 });
    await first.end();
    await feed(1);
    const clean = await TestPlatform.connect(server, account, { clientId: 'clean', clean: true });
    await clean.end();
    await feed(1);
    const again = await TestPlatform.connect(server, account, { clientId: 'clean' });
    await again.client.subscribeAsync(FILTER, { qos: 1 });
    const values = await feed(1);
    await vi.waitFor(() => expect(again.values).toEqual(values), WAIT);
    await again.end();
  });

  it('stops sending what was unsubscribed', async () => {
    const platform = await TestPlatform.connect(server, account, { clientId: 'fickle' });
    await platform.client.subscribeAsync([FILTER, 'city/v1/ville/lighting/+/cab.energy'], { qos: 1 });
    await platform.client.unsubscribeAsync(FILTER);
    await feed(1);
    await vi.waitFor(() => expect(platform.deliveries).toBe(1), WAIT);
    expect(platform.topics[0]).toContain('cab.energy');
    await platform.end();
  });

  it('a frozen subscriber costs its neighbours nothing', async () => {
    const frozen = await TestPlatform.connect(server, account, { clientId: 'frozen' });
    frozen.neverAcknowledge();
    await frozen.client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    const healthy = await TestPlatform.connect(server, account, { clientId: 'healthy' });
    await healthy.client.subscribeAsync(FILTER, { qos: 1 });
    const values: number[] = [];
    for (let round = 0; round < 6; round += 1) values.push(...(await feed(500)));
    await vi.waitFor(() => expect(healthy.values).toEqual(values), WAIT);
    await frozen.end();
    await healthy.end();
  });
});
