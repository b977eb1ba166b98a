import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeBatch,
  type GatewayConfig,
  gatewayTopic,
  type OutboxRecord,
  parseGatewayTopic,
  type StageLedger,
} from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDataDirectory } from '../src/data-directory.ts';
import { saveIdentity } from '../src/enrol/identity.ts';
import { imbalanceOf } from '../src/ledger.ts';
import { type Agent, startAgent } from '../src/main.ts';
import { Storage } from '../src/storage/storage.ts';
import { TestAuthority } from './certificates.ts';
import { hasProgram } from './has-program.ts';
import { PacketForwarder } from './lorawan/packet-forwarder.ts';
import { SYSTEM_CLOCK } from './lorawan/radio-bench.ts';
import { RadioDevice } from './lorawan/radio-device.ts';
import { type RunningSlave, readAnswer, startTcpSlave } from './modbus-slave.ts';
import { freeTcpPort, Mosquitto } from './mosquitto.ts';

const GATEWAY = 'gw-test';

/** The fleet server's side of the wire, played by the test on a real broker. */
class PlayedServer {
  readonly records = new Map<string, OutboxRecord>();
  readonly hellos: unknown[] = [];
  readonly statuses: { config: { applied: number; rejected?: { code: string } } }[] = [];
  acknowledges = true;
  client: MqttClient | undefined;

  async connect(port: number, authority: TestAuthority): Promise<void> {
    const { certificate, key } = await authority.issue('server');
    this.client = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port,
      ca: authority.pem,
      cert: certificate,
      key,
      reconnectPeriod: 100,
    });
    this.client.on('error', () => undefined);
    this.client.on('message', (topic, payload) => this.#receive(topic, payload));
    await this.client.subscribeAsync('vigie/v1/#');
  }

  say(leaf: 'ack' | 'config' | 'command', message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.client?.publish(gatewayTopic(GATEWAY, leaf), text);
  }

  readings(quantity: string): (string | number)[] {
    return [...this.records.values()].flatMap((record) =>
      record.kind === 'readings'
        ? record.readings.filter((reading) => reading.quantity === quantity).map(({ value }) => value)
        : [],
    );
  }

  #receive(topic: string, payload: Buffer): void {
    const leaf = parseGatewayTopic(topic)?.leaf;
    if (leaf === 'hello') this.hellos.push(JSON.parse(payload.toString()));
    if (leaf === 'status') this.statuses.push(JSON.parse(payload.toString()));
    if (!leaf?.startsWith('up/')) return;
    const decoded = decodeBatch(payload);
    if (!decoded.ok) throw new Error(decoded.message);
    const { epoch, lane, batch, records } = decoded.batch;
    if (!this.acknowledges) return;
    for (const { seq, record } of records) this.records.set(`${epoch}:${seq}`, record as OutboxRecord);
    this.say('ack', { v: 1, epoch, lane, throughBatch: batch });
  }
}

describe.skipIf(!hasProgram('mosquitto'))('the agent', () => {
  const data = mkdtempSync(join(tmpdir(), 'vigie-agent-'));
  const server = new PlayedServer();
  const meter = RadioDevice.abp(7);
  let authority: TestAuthority;
  let broker: Mosquitto;
  let slave: RunningSlave & { port: number };
  let forwarder: PacketForwarder;
  let agent: Agent;
  let udpPort: number;
  let volume = 1_000;
  let polls = 0;

  const config = (revision: number, changes: Partial<GatewayConfig> = {}): GatewayConfig => ({
    schema: 1,
    revision,
    lorawan: {
      region: 'EU868',
      netId: '000000',
      sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: udpPort }],
    },
    modbus: { buses: [{ id: 'cabinet', type: 'tcp', host: '127.0.0.1', port: slave.port }] },
    devices: [
      {
        id: 'water-1',
        model: 'talkpool/oy1320',
        lorawan: {
          devEui: meter.devEui,
          macVersion: '1.0.3',
          class: 'A',
          activation: { mode: 'abp', devAddr: meter.devAddr, nwkSKey: meter.nwkSKey, appSKey: meter.appSKey },
        },
      },
      { id: 'meter-1', model: 'eastron/sdm630', modbus: { bus: 'cabinet', unit: 1, intervalMs: 200 } },
    ],
    ...changes,
  });

  async function start(): Promise<void> {
    agent = await startAgent({
      dataDirectory: data,
      clock: SYSTEM_CLOCK,
      log: pino({ level: 'silent' }),
      healthPort: 0,
      linkTiming: { spreadMs: 0, firstDelayMs: 50, maxDelayMs: 200 },
      // The broker may be back before the server is: what nobody heard is sent again.
      forwarderLimits: { acknowledgementTimeoutMs: 1_500 },
    });
  }

  async function hear(): Promise<number> {
    volume += 17;
    const payload = Buffer.alloc(6);
    payload.writeUInt16BE(0x0121);
    payload.writeUInt32BE(volume, 2);
    const before = forwarder.acknowledged.length;
    forwarder.push(meter.uplink({ fPort: 2, payload }));
    await vi.waitFor(() => expect(forwarder.acknowledged.length).toBeGreaterThan(before), { interval: 5 });
    return volume;
  }

  async function ledger(): Promise<Record<string, StageLedger>> {
    const response = await fetch(`http://127.0.0.1:${agent.healthPort}/status`);
    return ((await response.json()) as { ledger: Record<string, StageLedger> }).ledger;
  }

  beforeAll(async () => {
    authority = await TestAuthority.create();
    broker = await Mosquitto.start(authority.pem, await authority.issue('broker'));
    await server.connect(broker.port, authority);
    slave = await startTcpSlave((request) => {
      polls += 1;
      request.answer(readAnswer(request, (address) => (address % 2 === 0 ? 0x4366 : 0x0000)));
    });
    udpPort = await freeTcpPort();
    const storage = new Storage();
    const { state, stateKey } = openDataDirectory(data);
    await storage.call('openState', state, stateKey);
    await saveIdentity(storage.stateStore(), {
      gateway: GATEWAY,
      tenant: 'town',
      mqtt: { host: '127.0.0.1', port: broker.port },
      ca: authority.pem,
      ...(await authority.issue(GATEWAY)),
    });
    await storage.close();
    await start();
  });

  afterAll(async () => {
    await agent.stop();
    await forwarder?.close();
    await slave.close();
    await server.client?.endAsync(true);
    await broker.close();
    rmSync(data, { recursive: true });
  });

  it('greets the server, takes its configuration and hears both kinds of devices', async () => {
    await vi.waitFor(() => expect(server.hellos).toHaveLength(1));
    server.say('config', config(1));
    await vi.waitFor(() => expect(server.statuses.at(-1)?.config).toEqual({ applied: 1 }));
    forwarder = await PacketForwarder.start(`127.0.0.1:${udpPort}`);
    const sent = await hear();
    await vi.waitFor(() => expect(server.readings('water.volume')).toEqual([sent]));
    await vi.waitFor(() => expect(server.readings('elec.voltage').length).toBeGreaterThan(2));
    expect(server.readings('elec.voltage')[0]).toBe(230);
  });

  it('keeps the last good document when a new one cannot be lived with, and says why', async () => {
    server.say(
      'config',
      config(2, {
        modbus: {
          buses: [{ id: 'cabinet', type: 'rtu', path: '/dev/none', baudRate: 9_600, parity: 'none', stopBits: 1 }],
        },
      }),
    );
    await vi.waitFor(
      () => expect(server.statuses.at(-1)?.config.rejected).toMatchObject({ revision: 2, code: 'CONFIG_BUS_FAILED' }),
      5_000,
    );
    expect(server.statuses.at(-1)?.config.applied).toBe(1);
    const sent = await hear();
    await vi.waitFor(() => expect(server.readings('water.volume').at(-1)).toBe(sent));
  });

  it('survives a server that says nonsense', async () => {
    for (const leaf of ['ack', 'config', 'command'] as const) {
      for (const nonsense of ['', '{', 'null', '[]', '{"v":"x"}', 'x'.repeat(100_000)]) server.say(leaf, nonsense);
    }
    const sent = await hear();
    await vi.waitFor(() => expect(server.readings('water.volume').at(-1)).toBe(sent));
    const heard = (await ledger())['server.messages'];
    expect(heard?.dropped.MESSAGE_INVALID).toBeGreaterThan(5);
    expect(heard && imbalanceOf(heard)).toBe(0);
  });

  it('loses nothing and repeats nothing over cut links, a silent server and its own restart', async () => {
    const expected = [...server.readings('water.volume')];
    server.acknowledges = false;
    expected.push(await hear());
    await broker.kill();
    for (let i = 0; i < 20; i++) expected.push(await hear());
    const polledBefore = polls;
    await vi.waitFor(() => expect(polls).toBeGreaterThan(polledBefore + 3));
    await agent.stop();
    await start();
    for (let i = 0; i < 5; i++) expected.push(await hear());
    server.acknowledges = true;
    await broker.run();
    await vi.waitFor(() => expect([...server.readings('water.volume')].sort()).toEqual([...expected].sort()), 15_000);
    await vi.waitFor(async () => expect((await ledger()).buffer?.held).toBeLessThan(5));
    for (const [stage, counts] of Object.entries(await ledger()))
      expect(`${stage} ${imbalanceOf(counts)}`).toBe(`${stage} 0`);
  }, 40_000);

  it('accepts no replay, also none from before its restart', async () => {
    const before = server.readings('water.volume').length;
    const payload = Buffer.from('012100000001', 'hex');
    meter.fCntUp -= 10;
    forwarder.push(meter.uplink({ fPort: 2, payload }));
    meter.fCntUp += 9;
    await vi.waitFor(
      async () => expect((await ledger())['lorawan.frames']?.dropped.LORAWAN_FCNT_REPLAY).toBe(1),
      5_000,
    );
    const sent = await hear();
    await vi.waitFor(() => expect(server.readings('water.volume').at(-1)).toBe(sent));
    expect(server.readings('water.volume')).toHaveLength(before + 1);
  });

  it('decodes by a codec that its document brings along, encodes by it, and is not stopped by one that hangs', async () => {
    const script = `
      function decodeUplink(input) { return { data: { litres: input.bytes[0] * 256 + input.bytes[1] } }; }
      function encodeDownlink(input) { return { fPort: 10, bytes: [input.data.minutes] }; }`;
    const hangs = 'function decodeUplink() { for (;;); }';
    const mapping = { schema: 1, readings: [{ path: 'litres', quantity: 'water.volume' }] };
    const [, ...others] = config(3).devices;
    const water = (id: string, model: string, { devEui, devAddr, nwkSKey, appSKey }: RadioDevice) => ({
      id,
      model,
      lorawan: {
        devEui,
        ...({ macVersion: '1.0.3', class: 'A' } as const),
        activation: { mode: 'abp' as const, devAddr, nwkSKey, appSKey },
      },
    });
    const bad = RadioDevice.abp(8);
    const models = [
      { id: 'acme/flow', domain: 'water', lorawan: { script, mapping } },
      { id: 'acme/hangs', domain: 'water', lorawan: { script: hangs, mapping } },
    ];
    const devices = [water('water-1', 'acme/flow', meter), water('water-2', 'acme/hangs', bad), ...others];
    server.say('config', config(3, { models: [{ ...models[0], id: 'eastron/sdm630' }], devices } as never));
    await vi.waitFor(
      () =>
        expect(server.statuses.at(-1)?.config.rejected).toMatchObject({ revision: 3, code: 'CONFIG_MODEL_INVALID' }),
      5_000,
    );
    server.say('config', config(4, { models, devices }));
    await vi.waitFor(() => expect(server.statuses.at(-1)?.config).toEqual({ applied: 4 }));

    forwarder.push(bad.uplink({ fPort: 2, payload: Buffer.from('0102', 'hex') }));
    forwarder.push(meter.uplink({ fPort: 2, payload: Buffer.from('0102', 'hex') }));
    await vi.waitFor(() => expect(server.readings('water.volume').at(-1)).toBe(0x0102), 10_000);
    await vi.waitFor(async () => expect((await ledger()).pipeline?.dropped.CODEC_TIMEOUT).toBe(1), 10_000);

    const command = {
      ...{ v: 1, id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', device: 'water-1', name: 'downlink.send' },
      ...{ args: { data: '{"minutes":15}' }, issuedAt: Date.now(), expiresAt: Date.now() + 60_000 },
    };
    server.say('command', command);
    const states = () =>
      [...server.records.values()].flatMap((record) => (record.kind === 'command' ? [record.state] : []));
    await vi.waitFor(() => expect(states()).toContain('delivered'));
    // The gateway restarted since: it does not know where to send yet.
    await forwarder.pull();
    const before = forwarder.downlinks.length;
    forwarder.push(meter.uplink({ fPort: 2, payload: Buffer.from('0103', 'hex') }));
    await vi.waitFor(() => expect(forwarder.downlinks.length).toBeGreaterThan(before));
    const [down] = forwarder.downlinks.slice(-1);
    expect(down && meter.receive(down.phyPayload)).toMatchObject({ fPort: 10, payload: Buffer.from([15]) });
    await vi.waitFor(() => expect(states()).toContain('confirmed'));
  }, 40_000);

  it('goes to the next address of the server when the one of its enrolment is gone', async () => {
    const second = await Mosquitto.start(authority.pem, await authority.issue('broker'));
    server.say('config', config(5, { uplink: { servers: [{ host: '127.0.0.1', port: second.port }] } }));
    await vi.waitFor(() => expect(server.statuses.at(-1)?.config).toEqual({ applied: 5 }));
    const before = server.hellos.length;
    await server.client?.endAsync(true);
    await server.connect(second.port, authority);
    await broker.kill();
    await vi.waitFor(() => expect(server.hellos.length).toBeGreaterThan(before), 15_000);
    const sent = await hear();
    await vi.waitFor(() => expect(server.readings('water.volume')).toContain(sent), 10_000);
    await agent.stop();
    await server.client?.endAsync(true);
    await second.close();
    await broker.run();
    await server.connect(broker.port, authority);
    await start();
  }, 40_000);
});
