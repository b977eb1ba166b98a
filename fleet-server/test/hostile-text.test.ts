import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { RawMqtt } from './raw-mqtt.ts';
import { TestGateway } from './test-gateway.ts';
import { createPlatform, type PlatformCredentials } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 30_000, interval: 10 };
const MODBUS = { buses: [{ id: 'plc', type: 'tcp', host: '127.0.0.1', port: 502 }] };

function device(id: string, name: string) {
  return {
    id,
    name,
    model: 'vigie/lighting-cabinet',
    modbus: { bus: 'plc', unit: Number(id.slice(2)), intervalMs: 60_000 },
  };
}

describeOnEach('text from outside', (create) => {
  let server: TestServer;
  const faults: string[] = [];

  beforeAll(async () => {
    const log = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
    server = await TestServer.start(await create(), { log });
  }, 60_000);
  afterAll(() => server?.remove());

  it('that no database holds is nobody’s name, and no fault of the server', async () => {
    const body = { name: 'admin\u0000', password: 'anything at all' };
    const answer = await server.api({ method: 'POST', path: '/session', body });
    expect([answer.status, answer.body.code]).toEqual([401, 'LOGIN_FAILED']);
    const platform = await RawMqtt.connect(server);
    platform.hello({ username: 'admin\u0000', password: 'anything' });
    await vi.waitFor(() => expect([platform.connack, platform.closed]).toEqual([4, true]), WAIT);
    expect(faults).toEqual([]);
  });

  it('in a gateway’s hello is kept as far as it can be, and its session goes on', async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-text');
    await gateway.connect();
    gateway.publish('hello', { v: 1, versions: [1], agentVersion: '7\u0000', bootedAt: 1, config: { applied: 0 } });
    await vi.waitFor(async () => {
      const { agentVersion } = await server.admin('GET', '/tenants/ville/gateways/gw-text');
      expect(agentVersion).toMatch(/^7/);
    }, WAIT);
    expect([gateway.client?.connected, faults]).toEqual([true, []]);
    await gateway.end();
  });

  it.each([
    'pump\u0000',
    'pump \u202egnp.exe',
    '\u200bpump',
    'pump\ud800',
    ' pump',
  ])('is no name of a device where it is %j: refused with its place', async (name) => {
    await TestGateway.enrol(server, 'ville', 'gw-names');
    const path = '/tenants/ville/gateways/gw-names/config';
    const document = { schema: 1, devices: [device('d-1', 'Pump'), device('d-2', name)], modbus: MODBUS };
    const answer = await server.api({ method: 'PUT', path, token: server.token, body: document });
    expect([answer.status, answer.body.code]).toEqual([422, 'CONFIG_INVALID']);
    expect(answer.body.message).toContain('/devices/1/name');
  });

  it('that a former release took as a name stands in nobody’s way', async () => {
    await TestGateway.enrol(server, 'ville', 'gw-former');
    const path = '/tenants/ville/gateways/gw-former';
    const document = { schema: 1, devices: [device('d-1', 'Pump')], modbus: MODBUS };
    const { revision } = await server.admin('PUT', `${path}/config`, document);
    const former = { ...document, revision, devices: [device('d-1', '\u200fPump')] };
    const { database, master } = server.installation;
    await database.db
      .updateTable('gatewayConfigs')
      .set({ document: master.seal(JSON.stringify(former), `gateway-config/gw-former/${revision}`) })
      .where('gateway', '=', 'gw-former')
      .execute();
    await server.admin('POST', `${path}/devices`, device('d-2', 'Lamp'));
    const { devices } = await server.admin('GET', `${path}/config`);
    expect(devices.map(({ name }: { name: string }) => name)).toEqual(['\u200fPump', 'Lamp']);
  });
});

describeOnEach('a platform that subscribes without end', (create) => {
  let server: TestServer;
  let credentials: PlatformCredentials;
  let neighbour: TestGateway;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    neighbour = await TestGateway.enrol(server, 'bourg', 'gw-near');
    await neighbour.connect();
    await TestGateway.enrol(server, 'ville', 'gw-own');
    credentials = await createPlatform(server, 'ville', 'hyper');
  }, 60_000);
  afterAll(async () => {
    await neighbour?.end();
    await server?.remove();
  });

  async function acknowledgedMs(): Promise<number> {
    const beganMs = performance.now();
    const batch = neighbour.send([{ kind: 'event', code: 'BUFFER_FULL', severity: 'info', at: 1 }]);
    await vi.waitFor(() => expect(neighbour.acknowledgedThrough('live')).toBe(batch), { ...WAIT, interval: 2 });
    return performance.now() - beganMs;
  }

  it('to what it has, or from what it has not, delays its neighbours little', { timeout: 120_000 }, async () => {
    const { username, password } = credentials;
    const platform = await RawMqtt.connect(server);
    platform.send({
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 0, clientId: 'durable' },
      ...{ username, password: Buffer.from(password) },
    });
    await vi.waitFor(() => expect(platform.connack).toBe(0), WAIT);
    platform.send({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: Array.from({ length: 15_000 }, () => 'a') });
    for (let messageId = 2; messageId < 3_000; messageId += 1) {
      platform.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 'city/v1/ville/#', qos: 1 }] });
    }
    let longestMs = 0;
    while (platform.received.length < 2_999) longestMs = Math.max(longestMs, await acknowledgedMs());
    expect(longestMs).toBeLessThan(1_000);
    platform.end();
  });
});
