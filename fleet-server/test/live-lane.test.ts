import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { RawPlatform } from './raw-platform.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform, type PlatformCredentials } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const FILTER = 'city/v1/ville/lighting/+/cab.power';
/** More than a subscriber is ever given at once without an acknowledgement. */
const BACKLOG = 20_000;

describeOnEach('live readings beside a backlog', (create) => {
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

  it('do not wait for a platform that is behind, in this connection or after a restart of the server', async () => {
    const isLive = ({ historical }: { historical?: boolean }) => historical !== true;
    let platform = await RawPlatform.connect(server, account, FILTER, isLive);
    await send('backlog', range(1, BACKLOG));
    await send('live', range(BACKLOG + 1, 5));
    const live = range(BACKLOG + 1, 5);
    await vi.waitFor(() => expect(platform.received.filter(isLive).map(({ value }) => value)).toEqual(live), WAIT);
    platform.ping();
    await vi.waitFor(() => expect(platform.pings).toBe(1), WAIT);
    expect(platform.received.length).toBeLessThan(BACKLOG);
    platform.end();
    await gateway.end();
    await server.restart();

    platform = await RawPlatform.connect(server, account, FILTER, () => true);
    await vi.waitFor(() => expect(platform.received.length).toBeGreaterThanOrEqual(BACKLOG), WAIT);
    const late = platform.received.filter((message) => !isLive(message));
    expect(late.map(({ value }) => value)).toEqual(range(1, BACKLOG));
    // What was acknowledged on the live lane is done, although older readings were not.
    expect(platform.received.length).toBe(BACKLOG);
    platform.end();
  });

  async function send(lane: 'live' | 'backlog', values: readonly number[]): Promise<void> {
    for (let from = 0; from < values.length; from += 1_000) {
      const records = values
        .slice(from, from + 1_000)
        .map((value) => ({ seq: value, record: readings({ 'cab.power': value }) }));
      const batch = gateway.sendAs(records, lane);
      await vi.waitFor(() => expect(gateway.acknowledgedThrough(lane)).toBe(batch), WAIT);
    }
  }
});

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
