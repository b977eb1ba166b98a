import { randomBytes } from 'node:crypto';
import {
  type BatchFormat,
  downlinkTopics,
  type GatewayStatus,
  gatewayTopic,
  type Hello,
  type HomeReport,
  isLorawanDevice,
  isModbusDevice,
  type OutboxRecord,
  PROTOCOL_VERSION,
  parseGatewayTopic,
  SUPPORTED_PROTOCOL_VERSIONS,
  VigieError,
} from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import type { Logger } from 'pino';
import { BoundedLog } from './bounded-log.ts';
import { type DropReason, Outbox } from './buffer/outbox.ts';
import type { Eviction } from './buffer/segment-store.ts';
import { STREAMS } from './buffer/streams.ts';
import type { Clock } from './clock.ts';
import { openCodecSandbox } from './codec-threads.ts';
import { Appointments } from './commands/appointments.ts';
import { CommandDesk } from './commands/command-desk.ts';
import { dispatcher } from './commands/dispatch.ts';
import { ConfigManager } from './config/config-manager.ts';
import { CounterWatch } from './counter-watch.ts';
import { forgetRunning, noteRunning, openDataDirectory } from './data-directory.ts';
import { type Identity, loadIdentity } from './enrol/identity.ts';
import { Forwarder, type ForwarderLimits } from './forward/forwarder.ts';
import { type LinkTiming, MqttLink } from './forward/mqtt-link.ts';
import { HealthServer } from './health/health-server.ts';
import { metricsOf } from './health/metrics.ts';
import { KnownModels } from './known-models.ts';
import { imbalanceOf, Ledger } from './ledger.ts';
import { BusDesk } from './local-console/bus-desk.ts';
import type { HomeDesk } from './lorawan/home/home-desk.ts';
import { LorawanStage } from './lorawan/lorawan-stage.ts';
import { ModbusStage } from './modbus/modbus-stage.ts';
import { createPipeline } from './pipeline.ts';
import type { StateStore } from './state-store.ts';
import { outboxStorage } from './storage/outbox-storage.ts';
import { Storage } from './storage/storage.ts';
import { AGENT_VERSION } from './version.ts';

export interface AgentOptions {
  dataDirectory: string;
  clock: Clock;
  log: Logger;
  /** Loopback port of health and metrics; 0 for any. */
  healthPort: number;
  linkTiming?: Partial<LinkTiming>;
  /** How batches are written on the wire; columns where absent. */
  batchFormat?: BatchFormat;
  forwarderLimits?: Partial<ForwarderLimits>;
}

export interface Agent {
  healthPort: number;
  stop(): Promise<void>;
}

const STATUS_EVERY_MS = 60_000;
const TRIM_EVERY_MS = 60_000;
const GAP_RETRY_MS = 2_000;
const MAX_SEGMENT_RECORDS = 16_384;

/** What every part of the gateway stands on. */
interface Ground extends AgentOptions {
  ledger: Ledger;
  storage: Storage;
  state: StateStore;
  identity: Identity;
  outbox: Outbox;
  boundedLog: BoundedLog;
  /** Frame counters that the outbox holds. */
  marks: ReadonlyMap<string, number>;
  startedAt: number;
}

/** The composition root: the only place where the parts of the gateway meet. Throws NOT_ENROLLED. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const ground = await layGround(options);
  const { clock, log, outbox, storage, identity } = ground;
  const devices = wireDevices(ground);
  const orders = wireOrders(ground, devices, () => uplink.publishStatus());
  const uplink = wireUplink(ground, orders, devices.lorawan.home);
  const token = randomBytes(32).toString('base64url');
  const busDesk = new BusDesk({ token, ask: (...question) => devices.modbus.ask(...question), log });
  const health = new HealthServer({
    useBus: (request, response) => busDesk.answer(request, response),
    healthy: () => Object.values(ground.ledger.snapshot()).every((stage) => imbalanceOf(stage) === 0),
    metrics: () => metricsOf(uplink.status(), uplink.link.isUp),
    status: () => ({
      ...uplink.status(),
      gateway: identity.gateway,
      link: { ...uplink.linkStatus(), ...uplink.forwarder.status() },
      problems: Object.fromEntries(orders.config.problems),
      lorawan: devices.lorawan.status(),
      modbus: devices.modbus.status(),
      lines: devices.modbus.lineLoads(),
    }),
  });
  const healthPort = await health.listen(options.healthPort);
  await orders.config.start();
  await orders.desk.start();
  uplink.link.start();
  const statusTimer = setInterval(() => uplink.publishStatus(), STATUS_EVERY_MS);
  const trimTimer = setInterval(() => void outbox.trim(clock.trusted() ? clock.now() : undefined), TRIM_EVERY_MS);
  noteRunning(options.dataDirectory, { pid: process.pid, healthPort, token });
  const revision = orders.config.status().applied;
  log.info({ gateway: identity.gateway, revision, backlog: outbox.status().records }, 'agent started');
  return {
    healthPort,
    stop: async () => {
      clearInterval(statusTimer);
      clearInterval(trimTimer);
      forgetRunning(options.dataDirectory);
      orders.config.stop();
      orders.desk.stop();
      orders.appointments.stop();
      await Promise.all([devices.lorawan.stop(), devices.modbus.stop()]);
      await devices.models.close();
      await outbox.flush();
      uplink.forwarder.stop();
      await uplink.link.stop();
      await health.close();
      await storage.close();
      log.info('agent stopped');
    },
  };
}

/** State first, since without an identity there is nothing to do; then the buffer, with what an earlier process left. */
async function layGround(options: AgentOptions): Promise<Ground> {
  const { clock, log } = options;
  const paths = openDataDirectory(options.dataDirectory);
  const storage = new Storage();
  await storage.call('openState', paths.state, paths.stateKey).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  const state = storage.stateStore();
  const identity = await loadIdentity(state);
  if (!identity) {
    await storage.close();
    throw new VigieError('NOT_ENROLLED');
  }
  const ledger = new Ledger();
  const opened = await storage.call('openOutbox', paths.outbox, MAX_SEGMENT_RECORDS);
  const outbox = new Outbox(outboxStorage(storage), opened, ledger.stage('buffer'));
  for (const file of opened.quarantined) {
    log.error({ code: 'BUFFER_CORRUPT', file }, 'a file of the buffer was damaged and set aside');
    void outbox.append({ kind: 'event', code: 'BUFFER_CORRUPT', severity: 'alarm', at: clock.now(), message: file });
  }
  for (const eviction of opened.evictions) tellOfGap({ outbox, clock, log }, eviction, 'BUFFER_FULL');
  const boundedLog = new BoundedLog(log, clock);
  return {
    ...options,
    ledger,
    storage,
    state,
    identity,
    outbox,
    boundedLog,
    marks: opened.marks,
    startedAt: clock.now(),
  };
}

/** Receive → decode → normalise → buffer. */
function wireDevices({ ledger, clock, log, boundedLog, state, outbox, marks }: Ground) {
  const counters = new CounterWatch();
  const models = new KnownModels(openCodecSandbox);
  const sink = createPipeline({
    findModel: models.find,
    decodeByCodec: (model, uplink) => models.decode(model, uplink),
    counters,
    report: (message, readings) => modbus.report(message, readings),
    append: (record, mark) => outbox.append(record, mark),
    clock,
    stage: ledger.stage('pipeline'),
    log: boundedLog,
  });
  const lorawan = new LorawanStage({
    ...{ ledger, clock, state, log, sink },
    entropy: (bytes) => randomBytes(bytes),
    passOn: async (record) => (await outbox.append(record)).ok,
  });
  lorawan.marks(marks);
  const modbus: ModbusStage = new ModbusStage({
    ledger,
    clock,
    log,
    sink,
    event: (event) => void outbox.append(event),
    random: Math.random,
    findModel: models.find,
  });
  return { counters, models, lorawan, modbus };
}

/** What the server asks for: how the gateway is configured, and what its devices are to do. */
function wireOrders(
  ground: Ground,
  { counters, models, lorawan, modbus }: ReturnType<typeof wireDevices>,
  changed: () => void,
) {
  const { state, log, boundedLog, clock, ledger, outbox } = ground;
  const config: ConfigManager = new ConfigManager({
    state,
    protocolOf: (model) => findDefinition(model)?.protocol,
    sections: [
      { name: 'models', apply: (document) => models.apply(document?.models) },
      {
        name: 'lorawan',
        apply: (document) => lorawan.apply(document?.lorawan, document?.devices.filter(isLorawanDevice) ?? []),
        start: (document) => lorawan.start(document.lorawan, document.devices.filter(isLorawanDevice)),
        missing: () => lorawan.missing(),
      },
      {
        name: 'modbus',
        apply: (document) => modbus.apply(document?.modbus, document?.devices.filter(isModbusDevice) ?? []),
        start: (document) => modbus.start(document.modbus, document.devices.filter(isModbusDevice)),
        missing: () => modbus.missing(),
      },
      {
        name: 'buffer',
        apply: async (document) => {
          outbox.limit(document?.buffer ?? {});
          counters.keepOnly(new Set(document?.devices.map(({ id }) => id)));
        },
      },
    ],
    changed,
    log,
    boundedLog,
  });
  const appointments = new Appointments(clock);
  const desk = new CommandDesk({
    state,
    clock,
    stage: ledger.stage('commands'),
    record: async (record) => void (await outbox.append(record)),
    dispatch: dispatcher({
      appointments,
      device: (id) => config.current?.devices.find((device) => device.id === id),
      models,
      lorawan,
      modbus,
    }),
    log,
    boundedLog,
  });
  return { config, desk, appointments };
}

/** Buffer → forward → fleet server, and the server's words back. */
function wireUplink(ground: Ground, { config, desk }: ReturnType<typeof wireOrders>, home: HomeDesk) {
  const { identity, log, ledger, outbox } = ground;
  const heard = ledger.stage('server.messages');
  const { gateway, mqtt, ca, certificate, key } = identity;
  const tell = (leaf: 'hello' | 'status' | 'home/report', message: Hello | GatewayStatus | HomeReport) =>
    link.publish(gatewayTopic(gateway, leaf), JSON.stringify(message));
  const status = () => statusOf(ground, config);
  let configured: Promise<unknown> = Promise.resolve();
  const link: MqttLink = new MqttLink(
    {
      ...mqtt,
      ...{ ca, certificate, key },
      clientId: gateway,
      subscriptions: downlinkTopics(gateway),
      random: Math.random,
      ...(ground.linkTiming ? { timing: ground.linkTiming } : {}),
    },
    {
      up: () => {
        log.info({ server: mqtt.host }, 'connected to the fleet server');
        tell('hello', helloOf(ground, config));
        forwarder.sessionUp();
        home.up((report) => tell('home/report', report));
        tell('status', status());
      },
      down: (reason) => {
        log.warn({ reason }, 'the fleet server is out of reach; readings are kept');
        forwarder.sessionDown();
        home.down();
      },
      message: (topic, payload) => {
        heard.in();
        const leaf = parseGatewayTopic(topic)?.leaf;
        const message = parseJson(payload);
        if (leaf === 'config') configured = config.receive(message);
        else if (leaf === 'command') void desk.receive(message);
        // What is said of a device comes after the document that brings it.
        else if (leaf === 'home/order' && message !== undefined) void configured.then(() => home.receive(message));
        if (message === undefined || (leaf === 'ack' && !forwarder.acknowledge(message))) heard.drop('MESSAGE_INVALID');
        else heard.out();
      },
    },
  );
  const forwarder: Forwarder = createForwarder(ground, link);
  outbox.onDurable((records) => {
    forwarder.offer(records);
    if (log.isLevelEnabled('debug'))
      for (const { epoch, seq, stream } of records) log.debug({ epoch, seq, stream }, 'stored');
  });
  outbox.onEvicted((eviction) => {
    forwarder.forget(eviction.epoch, eviction.range);
    tellOfGap(ground, eviction, eviction.reason);
  });
  forwarder.addBacklog(outbox.takeRecovered());
  return {
    link,
    forwarder,
    status,
    linkStatus: () => ({ up: link.isUp, lastError: link.lastError, server: `${mqtt.host}:${mqtt.port}` }),
    publishStatus: () => tell('status', status()),
  };
}

function createForwarder(ground: Ground, link: MqttLink): Forwarder {
  const { identity, log, boundedLog, clock, ledger, outbox } = ground;
  return new Forwarder(
    {
      gateway: identity.gateway,
      format: ground.batchFormat ?? 'columns',
      publish: (topic, payload) => link.publish(topic, payload),
      bufferedBytes: () => link.bufferedBytes,
      reset: (reason) => link.reset(reason),
      read: (epoch, range, maxBytes) => outbox.read(epoch, range, maxBytes),
      settle: (epoch, ranges) => outbox.settle(epoch, ranges),
      clock,
      stage: ledger.stage('forward'),
      rejected: (epoch, seq, code, detail) => log.error({ epoch, seq, code, detail }, 'the server kept a record aside'),
      log: boundedLog,
    },
    STREAMS,
    ground.forwarderLimits,
  );
}

/** What was dropped is told upstream, device by device, so that a hole is never silent. */
function tellOfGap(
  { outbox, clock, log }: Pick<Ground, 'outbox' | 'clock' | 'log'>,
  eviction: Eviction,
  reason: DropReason,
): void {
  const { stream, epoch, range, byDevice } = eviction;
  for (const [device, records] of byDevice) {
    log.error({ code: reason, stream, device, records }, 'records were dropped');
    const which = { epoch, fromSeq: range.from, toSeq: range.to };
    const gap = { kind: 'gap' as const, at: clock.now(), reason, records, ...which };
    void storeInTheEnd(outbox, device === '' ? gap : { ...gap, device });
  }
}

/** A report of a hole must not fall into the hole: the disk may be full for a while yet. */
async function storeInTheEnd(outbox: Outbox, record: OutboxRecord): Promise<void> {
  for (;;) {
    const outcome = await outbox.append(record);
    if (outcome.ok) return;
    await new Promise((resolve) => setTimeout(resolve, GAP_RETRY_MS).unref());
  }
}

function helloOf({ startedAt }: Ground, config: ConfigManager): Hello {
  return {
    v: PROTOCOL_VERSION,
    versions: [...SUPPORTED_PROTOCOL_VERSIONS],
    agentVersion: AGENT_VERSION,
    bootedAt: startedAt,
    config: config.status(),
  };
}

function statusOf({ clock, outbox, ledger }: Ground, config: ConfigManager): GatewayStatus {
  return {
    v: PROTOCOL_VERSION,
    at: clock.now(),
    agentVersion: AGENT_VERSION,
    uptimeSeconds: Math.round(process.uptime()),
    rssBytes: process.memoryUsage.rss(),
    clockTrusted: clock.trusted(),
    config: config.status(),
    outbox: outbox.status(),
    ledger: ledger.snapshot(),
  };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
