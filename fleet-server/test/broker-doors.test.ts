import { gatewayTopic } from '@vigie/contract';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BROKER_LIMITS, Broker, type BrokerHandlers } from '../src/broker/broker.ts';
import { MQTT_LISTENER } from '../src/doors/listener-limits.ts';
import { Refusals } from '../src/doors/refusals.ts';
import { RawMqtt } from './raw-mqtt.ts';
import { TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const MB = 1_048_576;
const listener = { ...MQTT_LISTENER, introductionMs: 1_500, firstWordMs: 1_000, strangersPerAddress: 40 };

let server: TestServer;
const open: RawMqtt[] = [];

beforeAll(async () => {
  server = await TestServer.start(undefined, { brokerLimits: { ...BROKER_LIMITS, listener } });
}, 60_000);
afterAll(() => server?.remove());
afterEach(() => {
  for (const raw of open.splice(0)) raw.end();
});

async function raw(identity: { cert?: string; key?: string; localAddress?: string } = {}): Promise<RawMqtt> {
  const connection = await RawMqtt.connect(server, identity);
  open.push(connection);
  return connection;
}

const identityOf = ({ identity: { certificate, key } }: TestGateway) => ({ cert: certificate, key });

async function refusedBy(reason: string, door = 'mqtt'): Promise<number> {
  const answer = await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } });
  const line = new RegExp(`^vigie_refused_total\\{door="${door}",reason="${reason}"\\} (\\d+)$`, 'm');
  return Number(line.exec(String(answer.body))?.[1] ?? 0);
}

async function eventsOf(tenant: string): Promise<{ code: string; gateway?: string; message?: string }[]> {
  return (await server.admin('GET', `/tenants/${tenant}/events?limit=1000`)).items;
}

describe('a connection that is refused', () => {
  it('is answered with a code and closed, whatever was wrong with it', { timeout: 60_000 }, async () => {
    const tooLong = await raw();
    tooLong.hello({ clientId: 'x'.repeat(200), username: 'nobody', password: 'wrong' });
    await vi.waitFor(() => expect([tooLong.connack, tooLong.closed]).toEqual([2, true]), WAIT);
    const longName = await raw();
    longName.hello({ username: 'n'.repeat(200), password: 'wrong' });
    await vi.waitFor(() => expect([longName.connack, longName.closed]).toEqual([4, true]), WAIT);
    const wrong = await raw();
    wrong.hello({ username: 'nobody', password: 'wrong' });
    await vi.waitFor(() => expect([wrong.connack, wrong.closed]).toEqual([4, true]), WAIT);
    const stranger = await TestServer.start();
    const foreign = await TestGateway.enrol(stranger, 'ailleurs', 'gw-9');
    const another = await raw(identityOf(foreign));
    another.hello();
    await vi.waitFor(() => expect([another.connack, another.closed]).toEqual([5, true]), WAIT);
    await stranger.remove();
    expect(await refusedBy('connack-2')).toBe(1);
    expect(await refusedBy('credentials')).toBe(1);
  });

  it('is cut where it says nothing, and where it never says who it is', async () => {
    const silent = await raw();
    const slow = await raw();
    slow.socket.write(Buffer.of(0x10));
    await vi.waitFor(() => expect([silent.closed, slow.closed]).toEqual([true, true]), WAIT);
    expect(await refusedBy('silent-at-first')).toBe(1);
    expect(await refusedBy('unknown-too-long')).toBe(1);
  });

  it('costs strangers of one address each other’s places, and nobody else', { timeout: 60_000 }, async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-crowd');
    const crowd = await Promise.all(Array.from({ length: 60 }, () => raw({ localAddress: '127.0.0.2' })));
    expect(crowd.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(20);
    expect(await refusedBy('connections-of-address')).toBeGreaterThanOrEqual(20);
    await gateway.connect();
    await gateway.end();
  });
});

describe('a gateway that misbehaves', () => {
  it('has one document in flight, however often it says hello without reading', { timeout: 120_000 }, async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-deaf');
    const registers = Array.from({ length: 400 }, (_, n) => `${'r'.repeat(50)}-${n}`);
    const document = { schema: 1, devices: registers.map((name, n) => deviceOf(n, name)), modbus: MODBUS };
    await server.admin('PUT', '/tenants/ville/gateways/gw-deaf/config', document);
    const deaf = await raw(identityOf(gateway));
    deaf.hello();
    await vi.waitFor(() => expect(deaf.connack).toBe(0), WAIT);
    deaf.socket.pause();
    const before = process.memoryUsage().rss;
    const hello = JSON.stringify({ v: 1, versions: [1], agentVersion: '1', bootedAt: 1, config: { applied: 0 } });
    for (let n = 0; n < 580; n += 1) {
      deaf.send({
        ...{
          cmd: 'publish',
          topic: gatewayTopic('gw-deaf', 'hello'),
          payload: hello,
          qos: 0,
          dup: false,
          retain: false,
        },
      });
    }
    const neighbour = await TestGateway.enrol(server, 'bourg', 'gw-near');
    await neighbour.connect();
    neighbour.hello();
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MB);
    // It reads again: far fewer documents come than it asked for.
    deaf.socket.resume();
    await vi.waitFor(() => expect(deaf.received.some(({ cmd }) => cmd === 'publish')).toBe(true), WAIT);
    expect(deaf.received.filter(({ cmd }) => cmd === 'publish').length).toBeLessThan(20);
    await neighbour.end();
  });

  it('shows when two places use one identity in turns, with both addresses, once', { timeout: 60_000 }, async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-clone');
    for (let turn = 0; turn < 12; turn += 1) {
      const copy = await raw({ ...identityOf(gateway), localAddress: turn % 2 === 0 ? '127.0.0.1' : '127.0.0.3' });
      copy.hello();
      await vi.waitFor(() => expect(copy.connack).toBe(0), WAIT);
    }
    await vi.waitFor(async () => {
      const clones = (await eventsOf('ville')).filter(({ code }) => code === 'IDENTITY_CLONED');
      expect(clones).toHaveLength(1);
      expect(clones[0]).toMatchObject({ gateway: 'gw-clone', message: expect.stringContaining('127.0.0.3') });
      expect(clones[0]?.message).toContain('127.0.0.1');
    }, WAIT);
  });

  it('leaves the connection in place that a newer one did not get to replace', async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-twice');
    await gateway.connect();
    const state = async () => (await server.admin('GET', '/tenants/ville/gateways/gw-twice')).state;
    await vi.waitFor(async () => expect(await state()).toBe('online'), WAIT);
    for (let n = 0; n < 20; n += 1) {
      const second = await raw(identityOf(gateway));
      second.hello();
      // Gone while it is still being let in.
      setTimeout(() => second.end(), n);
    }
    await vi.waitFor(async () => expect(await refusedBy('cloned-identity')).toBeGreaterThanOrEqual(0), WAIT);
    if (!gateway.client?.connected) await gateway.connect();
    gateway.publish('hello', { v: 1, versions: [1], agentVersion: '7', bootedAt: 1, config: { applied: 0 } });
    await vi.waitFor(async () => expect(await state()).toBe('online'), WAIT);
    await gateway.end();
  });

  it('is seen by operators when it comes with an identity that was revoked, once', async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-gone');
    await server.admin('POST', '/tenants/ville/gateways/gw-gone/revoke');
    for (let n = 0; n < 5; n += 1) {
      const revoked = await raw(identityOf(gateway));
      revoked.hello();
      await vi.waitFor(() => expect([revoked.connack, revoked.closed]).toEqual([5, true]), WAIT);
    }
    await vi.waitFor(async () => {
      const refusals = (await eventsOf('ville')).filter(({ code }) => code === 'GATEWAY_REFUSED');
      expect(refusals).toMatchObject([{ gateway: 'gw-gone', message: expect.stringContaining('127.0.0.1') }]);
    }, WAIT);
  });

  it('writes one event for its refused messages, and begins no outbox after another', {
    timeout: 120_000,
  }, async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-epochs');
    for (let n = 0; n < 60; n += 1) {
      if (!gateway.client?.connected) await gateway.connect();
      gateway.epoch = `epoch${String(n).padStart(5, '0')}`;
      gateway.send([{ kind: 'event', code: 'BUFFER_FULL', severity: 'info', at: 1 }], 'live');
      await vi.waitFor(() => {
        const done = gateway.acknowledgements.length > n || gateway.client?.connected === false;
        expect(done).toBe(true);
      }, WAIT);
    }
    const { db } = server.installation.database;
    const streams = await db.selectFrom('streams').selectAll().where('gateway', '=', 'gw-epochs').execute();
    expect(streams.length).toBe(32);
    await vi.waitFor(async () => {
      const refusals = (await eventsOf('ville')).filter(({ code }) => code === 'EPOCHS_TOO_MANY');
      expect(refusals).toHaveLength(1);
    }, WAIT);
    expect(await refusedBy('EPOCHS_TOO_MANY', 'uplink')).toBeGreaterThan(5);
    await gateway.end();
  });
});

const MODBUS = {
  buses: [1, 2, 3].map((n) => ({ id: `plc-${n}`, type: 'tcp', host: '127.0.0.1', port: 500 + n })),
};
function deviceOf(n: number, name: string) {
  const modbus = { bus: `plc-${1 + Math.floor(n / 200)}`, unit: 1 + (n % 200), intervalMs: 60_000 };
  return { id: `device-${n}`, name, model: 'vigie/lighting-cabinet', modbus };
}

describe('a handler behind the broker that throws', () => {
  const entry = { id: 'gw-fault', tenant: 'ville', devices: new Map(), overlaps: false };
  const calm: BrokerHandlers = {
    authenticateGateway: async () => ({ kind: 'gateway', gateway: entry, serial: '1' }),
    authenticatePlatform: async (account) => ({ kind: 'platform', account, tenant: 'ville' }),
    ...{ gatewayConnected: () => undefined, gatewayDisconnected: () => undefined, gatewayRefused: () => undefined },
    ...{ gatewayCloned: () => undefined, gatewayMessage: async () => undefined },
    ...{
      sessionOpened: async () => [],
      sessionSubscribed: async () => true,
      sessionUnsubscribed: async () => undefined,
    },
    ...{ sessionReady: () => undefined, sessionAcknowledged: () => undefined, sessionClosed: async () => undefined },
  };
  const throwing = () => {
    throw new Error('a fault of ours');
  };
  const rejecting = () => Promise.reject(new Error('a fault of ours'));

  it.each(
    Object.keys(calm).flatMap((name) => [[name, 'at once'] as const, [name, 'later'] as const]),
  )('%s, %s: the broker lives and serves the next', async (name, when) => {
    const refusals = new Refusals(pino({ level: process.env.VIGIE_TEST_LOG ?? 'silent' }));
    let broken = true;
    const original = calm[name as keyof BrokerHandlers] as (...args: unknown[]) => unknown;
    const fault = when === 'at once' ? throwing : rejecting;
    const handlers = { ...calm, [name]: (...args: unknown[]) => (broken ? fault() : original(...args)) };
    const { ca } = server.installation;
    const credentials = { ...(await ca.issueServer(['127.0.0.1'])), ca: ca.certificatePem };
    const log = { warn: () => undefined, debug: () => undefined };
    const options = { host: '127.0.0.1', port: 0, credentials, limits: BROKER_LIMITS, log, refusals };
    const broker = await Broker.start(options, handlers as BrokerHandlers);
    const port = { running: { mqtt: { port: broker.port } }, ca: server.ca } as TestServer;
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-fault');
    const visit = async () => {
      const platform = await RawMqtt.connect(port);
      platform.hello({ username: 'someone', password: 'x' });
      platform.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#', qos: 1 }] });
      platform.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/#'] });
      platform.send({ cmd: 'puback', messageId: 3 });
      const box = await RawMqtt.connect(port, identityOf(gateway));
      box.hello();
      const topic = gatewayTopic('gw-fault', 'hello');
      box.send({ cmd: 'publish', topic, payload: '{}', qos: 0, dup: false, retain: false });
      await vi.waitFor(() => {
        const answered = [platform, box].every(({ connack, closed }) => closed || connack !== undefined);
        expect(answered).toBe(true);
      }, WAIT);
      return [platform, box] as const;
    };
    for (const connection of await visit()) connection.end();
    broken = false;
    const [platform, box] = await visit();
    await vi.waitFor(() => expect(platform.received.some(({ cmd }) => cmd === 'suback')).toBe(true), WAIT);
    expect([JSON.stringify(refusals.counts()), box.closed, box.connack]).toEqual([expect.anything(), false, 0]);
    platform.end();
    box.end();
    await broker.close();
  });
});
