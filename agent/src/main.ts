import { randomBytes } from 'node:crypto';
import {
  downlinkTopics,
  type GatewayStatus,
  gatewayTopic,
  type Hello,
  type HomeReport,
  isLorawanDevice,
  isModbusDevice,
  parseForeignJson,
  parseGatewayTopic,
} from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import { tellOfGap } from './buffer/gap-report.ts';
import { STREAMS } from './buffer/streams.ts';
import { openCodecSandbox } from './codec-threads.ts';
import { Appointments } from './commands/appointments.ts';
import { CommandDesk } from './commands/command-desk.ts';
import { dispatcher } from './commands/dispatch.ts';
import { ConfigManager } from './config/config-manager.ts';
import { CounterWatch } from './counter-watch.ts';
import { forgetRunning, noteRunning } from './data-directory.ts';
import { DeviceMemory } from './device-memory.ts';
import { Forwarder } from './forward/forwarder.ts';
import { MqttLink } from './forward/mqtt-link.ts';
import { UplinkPolicy } from './forward/uplink-policy.ts';
import { type AgentOptions, type Ground, layGround } from './ground.ts';
import { HealthServer } from './health/health-server.ts';
import { metricsOf } from './health/metrics.ts';
import { MicWatch } from './health/mic-watch.ts';
import { KnownModels } from './known-models.ts';
import { imbalanceOf } from './ledger.ts';
import { BusDesk } from './local-console/bus-desk.ts';
import { LorawanStage } from './lorawan/lorawan-stage.ts';
import { ModbusStage } from './modbus/modbus-stage.ts';
import { createPipeline } from './pipeline.ts';
import { helloOf, statusOf } from './self-report.ts';

export interface Agent {
  healthPort: number;
  stop(): Promise<void>;
}

const STATUS_EVERY_MS = 60_000;
/** The frame log holds 200 lines. */
const MIC_CHECK_MS = 10_000;
const TRIM_EVERY_MS = 60_000;
/** A configuration of a thousand devices with codecs of its own is the longest that a server says. */
const SERVER_MESSAGE = { maxBytes: 16 * 1_048_576, maxDepth: 32 };

/** The composition root: the only place where the parts of the gateway meet. Throws NOT_ENROLLED. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const ground = await layGround(options);
  const { clock, log, outbox, storage, identity } = ground;
  const devices = wireDevices(ground);
  const policy = new UplinkPolicy(clock);
  const orders = wireOrders(ground, devices, policy, () => uplink.publishStatus());
  const uplink = wireUplink(ground, orders, policy, devices.lorawan);
  const token = randomBytes(32).toString('base64url');
  const busDesk = new BusDesk({
    ...{ token, log, refusals: ground.boundedLog },
    ask: (...question) => devices.modbus.ask(...question),
  });
  const health = new HealthServer({
    log: ground.boundedLog,
    stage: ground.ledger.stage('health.connections'),
    source: {
      useBus: (request, response) => busDesk.answer(request, response),
      healthy: () => Object.values(ground.ledger.snapshot()).every((stage) => imbalanceOf(stage) === 0),
      metrics: () => metricsOf(uplink.status(), uplink.link.isUp, ground.boundedLog.counts()),
      status: () => ({
        ...uplink.status(),
        gateway: identity.gateway,
        link: { ...uplink.linkStatus(), ...uplink.forwarder.status() },
        problems: Object.fromEntries(orders.config.problems),
        lorawan: devices.lorawan.status(),
        modbus: devices.modbus.status(),
        lines: devices.modbus.lineLoads(),
      }),
    },
  });
  const healthPort = await health.listen(options.healthPort);
  await devices.memory.load();
  await orders.config.start();
  await orders.desk.start();
  uplink.link.start();
  const statusTimer = setInterval(() => uplink.publishStatus(), STATUS_EVERY_MS);
  const mics = new MicWatch();
  const micTimer = setInterval(() => {
    for (const event of mics.look(devices.lorawan.status().frames))
      outbox.append(event).catch(ground.boundedLog.bug('outbox'));
  }, MIC_CHECK_MS);
  const trimTimer = setInterval(() => {
    outbox.trim(clock.trusted() ? clock.now() : undefined).catch(ground.boundedLog.bug('outbox'));
  }, TRIM_EVERY_MS);
  noteRunning(options.dataDirectory, { pid: process.pid, healthPort, token });
  const revision = orders.config.status().applied;
  log.info({ gateway: identity.gateway, revision, backlog: outbox.status().records }, 'agent started');
  return {
    healthPort,
    stop: async () => {
      clearInterval(statusTimer);
      clearInterval(trimTimer);
      clearInterval(micTimer);
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

/** Receive → decode → normalise → buffer. */
function wireDevices({ ledger, clock, log, boundedLog, state, outbox, marks }: Ground) {
  const counters = new CounterWatch();
  const models = new KnownModels(openCodecSandbox);
  const memory = new DeviceMemory(state, boundedLog);
  const sink = createPipeline({
    findModel: models.find,
    decodeByCodec: (model, uplink) => models.decode(model, uplink),
    counters,
    memory,
    report: (message, readings) => modbus.report(message, readings),
    append: (record, mark) => outbox.append(record, mark),
    clock,
    stage: ledger.stage('pipeline'),
    log: boundedLog,
  });
  const lorawan = new LorawanStage({
    ...{ ledger, clock, state, log: boundedLog, sink },
    entropy: (bytes) => randomBytes(bytes),
    passOn: async (record) => (await outbox.append(record)).ok,
  });
  lorawan.marks(marks);
  const modbus: ModbusStage = new ModbusStage({
    ledger,
    clock,
    log,
    boundedLog,
    sink,
    event: (event) => {
      outbox.append(event).catch(boundedLog.bug('outbox'));
    },
    random: Math.random,
    findModel: models.find,
  });
  return { counters, models, memory, lorawan, modbus };
}

/** What the server asks for: how the gateway is configured, and what its devices are to do. */
function wireOrders(
  ground: Ground,
  { counters, models, lorawan, modbus }: ReturnType<typeof wireDevices>,
  uplink: UplinkPolicy,
  changed: () => void,
) {
  const { state, log, boundedLog, clock, ledger, outbox } = ground;
  const config: ConfigManager = new ConfigManager({
    state,
    findModel: findDefinition,
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
      { name: 'uplink', apply: async (document) => uplink.apply(document?.uplink) },
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
    record: async (record) => {
      await outbox.append(record);
    },
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
function wireUplink(
  ground: Ground,
  { config, desk }: ReturnType<typeof wireOrders>,
  policy: UplinkPolicy,
  lorawan: LorawanStage,
) {
  const { home } = lorawan;
  const { identity, log, boundedLog, ledger, outbox } = ground;
  const heard = ledger.stage('server.messages');
  const { gateway, mqtt, ca, certificate, key } = identity;
  const tell = (leaf: 'hello' | 'status' | 'home/report', message: Hello | GatewayStatus | HomeReport) =>
    link.publish(gatewayTopic(gateway, leaf), JSON.stringify(message));
  const status = () => statusOf(ground, config, lorawan.awaitedSessions());
  let configured: Promise<unknown> = Promise.resolve();
  const link: MqttLink = new MqttLink(
    {
      servers: () => [mqtt, ...policy.servers],
      ...{ ca, certificate, key },
      clientId: gateway,
      subscriptions: downlinkTopics(gateway),
      random: Math.random,
      ...(ground.linkTiming ? { timing: ground.linkTiming } : {}),
    },
    {
      up: () => {
        log.info({ server: link.server }, 'connected to the fleet server');
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
        const message = messageIn(payload);
        if (leaf === 'config') configured = config.receive(message).catch(boundedLog.bug('configuration'));
        else if (leaf === 'command') desk.receive(message).catch(boundedLog.bug('commands'));
        // What is said of a device comes after the document that brings it.
        else if (leaf === 'home/order' && message !== undefined)
          configured.then(() => home.receive(message)).catch(boundedLog.bug('lorawan home'));
        if (message === undefined || (leaf === 'ack' && !forwarder.acknowledge(message))) heard.drop('MESSAGE_INVALID');
        else heard.out();
      },
    },
  );
  const forwarder: Forwarder = createForwarder(ground, policy, link);
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
    linkStatus: () => ({ up: link.isUp, lastError: link.lastError, server: link.server }),
    publishStatus: () => tell('status', status()),
  };
}

function createForwarder(ground: Ground, policy: UplinkPolicy, link: MqttLink): Forwarder {
  const { identity, log, boundedLog, clock, ledger, outbox } = ground;
  return new Forwarder(
    {
      gateway: identity.gateway,
      format: ground.batchFormat ?? 'columns',
      publish: (topic, payload) => link.publish(topic, payload),
      bufferedBytes: () => link.bufferedBytes,
      reset: (reason) => link.reset(reason),
      policy,
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

function messageIn(payload: Buffer): unknown {
  const json = parseForeignJson(payload, SERVER_MESSAGE);
  return json.ok ? json.value : undefined;
}
