import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform, TestPlatform } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const HOUR_MS = 3_600_000;

describeOnEach('a datalog', (create) => {
  let server: TestServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    server = await TestServer.start(await create());
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  it('that comes twice, late and out of order, by another gateway too, is stored and published once, each sample at its own time', async () => {
    const account = await createPlatform(server, 'ville', 'hypervisor');
    const platform = await TestPlatform.connect(server, account, { clean: true });
    await platform.client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    const newest = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const sample = (hoursAgo: number) =>
      readings(
        { 'water.volume': 1_000 - hoursAgo },
        {
          sample: true,
          times: { receivedAt: Date.now(), deviceAt: newest - hoursAgo * HOUR_MS, clock: 'device', trusted: true },
        },
      );
    const samples = Array.from({ length: 24 }, (_, hoursAgo) => sample(hoursAgo));
    const mixed = [...samples.slice(12).reverse(), ...samples.slice(0, 12)];
    gateway.send(mixed);
    gateway.send(samples, 'backlog');
    const last = gateway.send([...mixed].reverse());
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(last), WAIT);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('backlog')).toBe(1), WAIT);
    const other = await TestGateway.enrol(server, 'ville', 'gw-2');
    await other.connect();
    const batch = other.send(samples);
    await vi.waitFor(() => expect(other.acknowledgedThrough('live')).toBe(batch), WAIT);
    await other.end();

    const { items } = (await server.admin('GET', '/tenants/ville/readings?limit=1000')) as {
      items: { at: string; value: number; historical?: boolean }[];
    };
    expect(items).toHaveLength(24);
    const byTime = items.map(({ at, value }) => [Date.parse(at), value]).sort(([a = 0], [b = 0]) => b - a);
    expect(byTime).toEqual(samples.map((_, hoursAgo) => [newest - hoursAgo * HOUR_MS, 1_000 - hoursAgo]));
    expect(items.filter(({ historical }) => !historical).length).toBeLessThanOrEqual(1);
    await vi.waitFor(() => expect(platform.received.size).toBe(24), WAIT);
    expect(platform.deliveries).toBe(24);
    await platform.end();
  });
});
