import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform, type PlatformCredentials, TestPlatform } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };

describeOnEach('the path of an uplink', (create) => {
  let server: TestServer;
  let gateway: TestGateway;
  let account: PlatformCredentials;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    account = await createPlatform(server, 'ville', 'hypervisor');
    await gateway.connect();
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  it('stores, acknowledges and publishes', async () => {
    const platform = await TestPlatform.connect(server, account, { clean: true });
    await platform.client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    const batch = gateway.send([readings({ 'cab.power': 1_200, 'cab.energy': 42 })]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
    await vi.waitFor(() => expect(platform.received.size).toBe(2), WAIT);
    const [power] = [...platform.received.values()];
    expect(power).toMatchObject({
      id: 'gw-1:epoch00001:1:0',
      tenant: 'ville',
      gateway: 'gw-1',
      device: 'meter-1',
      asset: 'meter-1',
      domain: 'lighting',
      quantity: 'cab.power',
      value: 1_200,
      unit: 'W',
      quality: 'good',
    });
    expect(platform.topics[0]).toBe('city/v1/ville/lighting/meter-1/cab.power');
    await platform.end();
  });

  it('takes a batch again without storing or publishing it twice', async () => {
    const platform = await TestPlatform.connect(server, account, { clean: true });
    await platform.client.subscribeAsync('city/v1/ville/#', { qos: 1 });
    const records = [{ seq: 100, record: readings({ 'cab.power': 1 }) }];
    gateway.sendAs(records);
    const again = gateway.sendAs(records);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(again), WAIT);
    const last = gateway.sendAs([{ seq: 101, record: readings({ 'cab.power': 2 }) }]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(last), WAIT);
    await vi.waitFor(() => expect(platform.values).toEqual([1, 2]), WAIT);
    expect(platform.deliveries).toBe(2);
    await platform.end();
  });

  it('keeps a poison record aside, says so and stores its neighbours', async () => {
    const batch = gateway.sendAs([
      { seq: 200, record: readings({ 'cab.power': 3 }) },
      { seq: 201, record: { kind: 'readings', device: 'UPPER \u0000 CASE' } },
      { seq: 202, record: readings({ 'cab.power': 4 }) },
    ]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
    const { rejected } = gateway.acknowledgements.find((a) => a.throughBatch === batch) ?? {};
    expect(rejected?.map(({ seq, code }) => ({ seq, code }))).toEqual([{ seq: 201, code: 'RECORD_INVALID' }]);
    const { items } = await server.admin('GET', '/tenants/ville/poison-records');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ seq: 201, epoch: 'epoch00001', gateway: 'gw-1' });
  });

  it('does not acknowledge past a batch that never came', async () => {
    const before = gateway.acknowledgedThrough('backlog');
    gateway.sendAs([{ seq: 300, record: readings({ 'cab.power': 5 }) }], 'backlog', before + 2);
    const live = gateway.sendAs([{ seq: 301, record: readings({ 'cab.power': 6 }) }]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(live), WAIT);
    expect(gateway.acknowledgedThrough('backlog')).toBe(before);
  });

  it('marks what comes out of the backlog as historical', async () => {
    const times = { receivedAt: Date.now() - 3_600_000, clock: 'gateway', trusted: true };
    const batch = gateway.sendAs([{ seq: 400, record: readings({ 'cab.power': 7 }, { times }) }], 'backlog');
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('backlog')).toBe(batch), WAIT);
    const { items } = await server.admin('GET', '/tenants/ville/readings?limit=1000');
    const late = items.find((item: { value: number }) => item.value === 7);
    expect(late).toMatchObject({ historical: true });
  });

  it('shows events and gaps, and the newest reading of each quantity', async () => {
    const batch = gateway.sendAs([
      { seq: 500, record: { kind: 'event', code: 'BUFFER_CORRUPT', severity: 'alarm', at: 1_000 } },
      { seq: 501, record: { kind: 'gap', at: 1_000, reason: 'BUFFER_FULL', records: 12 } },
      { seq: 502, record: readings({ 'cab.power': 99 }) },
    ]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
    const { items } = await server.admin('GET', '/tenants/ville/events');
    expect(items.map((event: { code: string }) => event.code)).toEqual(
      expect.arrayContaining(['BUFFER_CORRUPT', 'BUFFER_FULL']),
    );
    await vi.waitFor(async () => {
      const latest = await server.admin('GET', '/tenants/ville/readings/latest?device=meter-1');
      expect(latest.items.find((r: { quantity: string }) => r.quantity === 'cab.power')?.value).toBe(99);
    }, WAIT);
  });

  it('gives the history by a cursor, page after page, in the order of storage', async () => {
    const ids: string[] = [];
    for (let after = '0'; ; ) {
      const page = await server.admin('GET', `/tenants/ville/readings?after=${after}&limit=2`);
      ids.push(...page.items.map((item: { id: string }) => item.id));
      if (!page.more) break;
      expect(page.next).not.toBe(after);
      after = page.next;
    }
    const whole = await server.admin('GET', '/tenants/ville/readings?limit=1000');
    expect(ids).toEqual(whole.items.map((item: { id: string }) => item.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('balances its ledger', async () => {
    const text = String((await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } })).body);
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    const dropped = [...text.matchAll(/^vigie_ingest_dropped_total\{.*\} (\d+)$/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
    expect(value('vigie_ingest_records_total')).toBeGreaterThan(0);
    expect(value('vigie_ingest_records_total')).toBe(
      value('vigie_ingest_stored_total') + value('vigie_ingest_held') + dropped,
    );
  });
});
