import { afterEach, expect, it, vi } from 'vitest';
import type { Clock } from '../src/clock.ts';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const MINUTE = 60_000;

const BIN = {
  id: 'bin-1',
  model: 'nasys/ul20xx',
  lorawan: {
    devEui: '70b3d5fffe000001',
    macVersion: '1.0.3',
    class: 'A',
    activation: { mode: 'otaa', joinEui: '0000000000000001', appKey: '000102030405060708090a0b0c0d0e0f' },
  },
};
const DOCUMENT = {
  schema: 1,
  lorawan: { region: 'EU868', netId: '000000', sources: [] },
  devices: [BIN],
};

interface EventRow {
  code: string;
  gateway?: string;
  device?: string;
  message?: string;
}

class TurnedClock implements Clock {
  aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
}

describeOnEach('what is absent', (create) => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.remove();
  });

  /** `clock` is handed to the server again at each of its starts. */
  async function start(clock: TurnedClock): Promise<TestServer> {
    const database = { ...(await create()), clock };
    const server = await TestServer.start(database, { absenceRules: { quietMs: 2 * MINUTE, tickMs: 50 } });
    servers.push(server);
    return server;
  }

  const events = async (server: TestServer, code?: string): Promise<EventRow[]> => {
    const { items } = await server.admin('GET', '/tenants/ville/events');
    return items.filter((event: EventRow) => code === undefined || event.code === code);
  };
  const state = async (server: TestServer) => (await server.admin('GET', '/tenants/ville/gateways/gw-1')).state;
  const deviceState = async (server: TestServer) =>
    (await server.admin('GET', '/tenants/ville/gateways/gw-1/devices/bin-1')).state;

  it('tells of a gateway that stays away, why, and that it is back; never of one that flaps', {
    timeout: 60_000,
  }, async () => {
    const clock = new TurnedClock();
    const server = await start(clock);
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
    await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
    for (let flap = 0; flap < 3; flap += 1) {
      gateway.client?.stream.destroy();
      await vi.waitFor(async () => expect(await state(server)).toBe('offline'), WAIT);
      clock.aheadMs += MINUTE;
      await gateway.connect();
      await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
      clock.aheadMs += MINUTE;
    }
    gateway.client?.stream.destroy();
    await vi.waitFor(async () => expect(await state(server)).toBe('offline'), WAIT);
    expect(await events(server, 'GATEWAY_OFFLINE')).toEqual([]);
    clock.aheadMs += 3 * MINUTE;
    await vi.waitFor(async () => expect(await events(server, 'GATEWAY_OFFLINE')).toHaveLength(1), WAIT);
    expect((await events(server, 'GATEWAY_OFFLINE'))[0]?.message).toContain('the connection was lost');

    await gateway.connect();
    await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
    expect(await events(server, 'GATEWAY_BACK')).toEqual([]);
    clock.aheadMs += 3 * MINUTE;
    await vi.waitFor(async () => expect(await events(server, 'GATEWAY_BACK')).toHaveLength(1), WAIT);

    await gateway.client?.endAsync(false);
    await vi.waitFor(async () => expect(await state(server)).toBe('offline'), WAIT);
    clock.aheadMs += 3 * MINUTE;
    await vi.waitFor(async () => expect(await events(server, 'GATEWAY_OFFLINE')).toHaveLength(2), WAIT);
    expect((await events(server, 'GATEWAY_OFFLINE'))[0]?.message).toContain('stopped on purpose');

    await server.restart();
    clock.aheadMs += 3 * MINUTE;
    await vi.waitFor(() => expect(server.running.http.port).toBeGreaterThan(0), WAIT);
    expect(await events(server, 'GATEWAY_OFFLINE')).toHaveLength(2);
  });

  it('tells once of a gateway whose link comes and goes for ever, over a restart, and once that it holds again', {
    timeout: 60_000,
  }, async () => {
    const clock = new TurnedClock();
    const server = await start(clock);
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    const told = async () => (await events(server)).map(({ code }) => code);
    let reconnects = 0;
    /** Away for a moment only, every four minutes. */
    const flap = async () => {
      clock.aheadMs += 4 * MINUTE;
      gateway.client?.stream.destroy();
      await gateway.connect();
      reconnects += 1;
    };
    const written = async () => {
      const { db } = server.installation.database;
      const { reconnects } = await db.selectFrom('gateways').select('reconnects').executeTakeFirstOrThrow();
      return (JSON.parse(reconnects) as number[]).length;
    };
    await gateway.connect();
    while (reconnects < 5) await flap();
    await vi.waitFor(async () => expect(await written()).toBe(5), WAIT);
    expect(await told()).toEqual([]);
    await flap();
    await vi.waitFor(async () => expect(await told()).toEqual(['GATEWAY_FLAPPING']), WAIT);
    expect(await events(server)).toMatchObject([{ gateway: 'gw-1', message: '6 reconnects in 20 min' }]);
    while (reconnects < 9) await flap();

    await gateway.end();
    await server.restart();
    await gateway.connect();
    await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
    clock.aheadMs += 31 * MINUTE;
    await vi.waitFor(async () => expect(await told()).toEqual(['GATEWAY_STEADY', 'GATEWAY_FLAPPING']), WAIT);
    expect((await events(server))[0]?.message).toBe('No reconnect for 31 min: it is online');
  });

  it('says that an identity was revoked, or that a certificate has expired', { timeout: 60_000 }, async () => {
    const clock = new TurnedClock();
    const server = await start(clock);
    const gateways = await Promise.all(['gw-1', 'gw-2'].map((id) => TestGateway.enrol(server, 'ville', id)));
    for (const gateway of gateways) await gateway.connect();
    const stateOf = async (id: string) => (await server.admin('GET', `/tenants/ville/gateways/${id}`)).state;
    for (const { id } of gateways) await vi.waitFor(async () => expect(await stateOf(id)).toBe('online'), WAIT);
    await server.admin('POST', '/tenants/ville/gateways/gw-1/revoke');
    const { db } = server.installation.database;
    await db.updateTable('certificates').set({ expiresAt: clock.now() }).where('gateway', '=', 'gw-2').execute();
    gateways[1]?.client?.stream.destroy();
    await vi.waitFor(async () => expect(await stateOf('gw-2')).toBe('offline'), WAIT);
    // The word of what just happened is written within a second.
    await vi.waitFor(async () => {
      const row = await db.selectFrom('gateways').select('online').where('id', '=', 'gw-1').executeTakeFirst();
      expect(row?.online).toBe(0);
    }, WAIT);
    clock.aheadMs += 3 * MINUTE;
    await vi.waitFor(async () => expect(await events(server, 'GATEWAY_OFFLINE')).toHaveLength(2), WAIT);
    const told = await events(server, 'GATEWAY_OFFLINE');
    const said = Object.fromEntries(told.map(({ gateway, message }) => [gateway, message]));
    expect(said['gw-1']).toContain('its identity was revoked');
    expect(said['gw-2']).toContain('its certificate has expired');
  });

  it('tells of a document that a gateway refuses, once', { timeout: 60_000 }, async () => {
    const server = await start(new TurnedClock());
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
    const rejected = { revision: 4, code: 'CONFIG_BUS_FAILED', message: 'no /dev/ttyUSB0' };
    gateway.hello({ applied: 3, rejected });
    await vi.waitFor(async () => expect(await events(server, 'CONFIG_REFUSED')).toHaveLength(1), WAIT);
    gateway.publish('hello', {
      ...{ v: 1, versions: [1], agentVersion: '9.9.9', bootedAt: 1, config: { applied: 3, rejected } },
    });
    const version = async () => (await server.admin('GET', '/tenants/ville/gateways/gw-1')).agentVersion;
    await vi.waitFor(async () => expect(await version()).toBe('9.9.9'), WAIT);
    expect(await events(server, 'CONFIG_REFUSED')).toHaveLength(1);
    gateway.hello({ applied: 3, rejected: { ...rejected, revision: 5 } });
    await vi.waitFor(async () => expect(await events(server, 'CONFIG_REFUSED')).toHaveLength(2), WAIT);
    const [second, first] = await events(server, 'CONFIG_REFUSED');
    expect(first?.message).toBe('Revision 4: CONFIG_BUS_FAILED no /dev/ttyUSB0');
    expect(second?.message).toContain('Revision 5');
    await gateway.end();
  });

  it('tells of a radio device that is silent by its own habits, over a restart; its gateway away, it is unknown', {
    timeout: 90_000,
  }, async () => {
    const clock = new TurnedClock();
    const server = await start(clock);
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await server.admin('PUT', '/tenants/ville/gateways/gw-1/config', DOCUMENT);
    expect(await deviceState(server)).toBe('neverHeard');
    await gateway.connect();
    await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
    expect(await deviceState(server)).toBe('neverHeard');
    // Every ten minutes, for an hour and a half, until now.
    const now = clock.now();
    const heard = (minutesAgo: number) =>
      readings({ 'lamp.power': 40 }, { device: 'bin-1', times: times(now - minutesAgo * MINUTE) });
    gateway.send([90, 80, 70, 60, 50, 40, 30, 20, 10, 0].map(heard));
    await vi.waitFor(async () => expect(await deviceState(server)).toBe('inService'), WAIT);

    await server.restart();
    await gateway.end();
    await gateway.connect();
    await vi.waitFor(async () => expect(await state(server)).toBe('online'), WAIT);
    clock.aheadMs += 39 * MINUTE;
    await expect.poll(() => deviceState(server)).toBe('inService');
    expect(await events(server, 'DEVICE_SILENT')).toEqual([]);
    clock.aheadMs += 2 * MINUTE;
    await vi.waitFor(async () => expect(await deviceState(server)).toBe('silent'), WAIT);
    expect(await events(server, 'DEVICE_SILENT')).toMatchObject([{ gateway: 'gw-1', device: 'bin-1' }]);

    gateway.send([readings({ 'lamp.power': 41 }, { device: 'bin-1', times: times(clock.now()) })]);
    await vi.waitFor(async () => expect(await deviceState(server)).toBe('inService'), WAIT);
    expect(await events(server, 'DEVICE_BACK')).toHaveLength(1);

    await gateway.end();
    await vi.waitFor(async () => expect(await deviceState(server)).toBe('unknown'), WAIT);
    clock.aheadMs += 24 * 60 * MINUTE;
    await vi.waitFor(async () => expect(await events(server, 'GATEWAY_OFFLINE')).not.toEqual([]), WAIT);
    expect(await deviceState(server)).toBe('unknown');
    expect(await events(server, 'DEVICE_SILENT')).toHaveLength(1);
  });
});

function times(receivedAt: number) {
  return { receivedAt, clock: 'gateway', trusted: true };
}
