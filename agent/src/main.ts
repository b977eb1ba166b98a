import { randomBytes } from 'node:crypto';
import {
  type BatchFormat,
  downlinkTopics,
  type GatewayStatus,
  gatewayTopic,
  type Hello,
  isLorawanDevice,
  isModbusDevice,
  PROTOCOL_VERSION,
  parseGatewayTopic,
  SUPPORTED_PROTOCOL_VERSIONS,
  VigieError,
} from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import type { Logger } from 'pino';
import { BoundedLog } from './bounded-log.ts';
import { Outbox } from './buffer/outbox.ts';
import { STREAMS } from './buffer/streams.ts';
import type { Clock } from './clock.ts';
import { CommandDesk } from './commands/command-desk.ts';
import { dispatcher } from './commands/dispatch.ts';
import { ConfigManager } from './config/config-manager.ts';
import { CounterWatch } from './counter-watch.ts';
import { forgetRunning, noteRunning, openDataDirectory } from './data-directory.ts';
import { loadIdentity } from './enrol/identity.ts';
import { Forwarder } from './forward/forwarder.ts';
import { type LinkTiming, MqttLink } from './forward/mqtt-link.ts';
import { HealthServer } from './health/health-server.ts';
import { metricsOf } from './health/metrics.ts';
import { imbalanceOf, Ledger } from './ledger.ts';
import { LorawanStage } from './lorawan/lorawan-stage.ts';
import { ModbusStage } from './modbus/modbus-stage.ts';
import { createPipeline } from './pipeline.ts';
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
}

export interface Agent {
  healthPort: number;
  stop(): Promise<void>;
}

const STATUS_EVERY_MS = 60_000;
const TRIM_EVERY_MS = 60_000;
const MAX_SEGMENT_RECORDS = 16_384;

/** Wires the gateway together and starts it. Throws NOT_ENROLLED. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { clock, log } = options;
  const random = Math.random;
  const ledger = new Ledger();
  const boundedLog = new BoundedLog(log, clock);
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();

  // Storage: state first, since without an identity there is nothing to do.
  const paths = openDataDirectory(options.dataDirectory);
  const storage = new Storage();
  await storage.call('openState', paths.state);
  const state = storage.stateStore();
  const identity = await loadIdentity(state);
  if (!identity) {
    await storage.close();
    throw new VigieError('NOT_ENROLLED');
  }
  const opened = await storage.call('openOutbox', paths.outbox, MAX_SEGMENT_RECORDS);
  const outbox = new Outbox(outboxStorage(storage), opened, ledger.stage('buffer'));
  for (const file of opened.quarantined) {
    log.error({ code: 'BUFFER_CORRUPT', file }, 'a file of the buffer was damaged and set aside');
    void outbox.append({ kind: 'event', code: 'BUFFER_CORRUPT', severity: 'alarm', at: clock.now(), message: file });
  }

  // Receive → decode → normalise → buffer.
  const counters = new CounterWatch();
  const sink = createPipeline({
    findDefinition,
    counters,
    append: (record, mark) => outbox.append(record, mark),
    clock,
    stage: ledger.stage('pipeline'),
    log: boundedLog,
  });
  const entropy = (bytes: number) => randomBytes(bytes);
  const lorawan = new LorawanStage({ ledger, clock, entropy, state, log, sink });
  lorawan.marks(opened.marks);
  const modbus = new ModbusStage({ ledger, clock, log, sink, random, findDefinition });

  // Buffer → forward.
  const link = new MqttLink(
    {
      ...identity.mqtt,
      ca: identity.ca,
      certificate: identity.certificate,
      key: identity.key,
      clientId: identity.gateway,
      subscriptions: downlinkTopics(identity.gateway),
      random,
      ...(options.linkTiming ? { timing: options.linkTiming } : {}),
    },
    {
      up: () => {
        log.info({ server: identity.mqtt.host }, 'connected to the fleet server');
        publish('hello', hello());
        forwarder.sessionUp();
        publish('status', status());
      },
      down: (reason) => {
        log.warn({ reason }, 'the fleet server is out of reach; readings are kept');
        forwarder.sessionDown();
      },
      message: (topic, payload) => receive(topic, payload),
    },
  );
  const forwarder = new Forwarder(
    {
      gateway: identity.gateway,
      format: options.batchFormat ?? 'columns',
      publish: (topic, payload) => link.publish(topic, payload),
      bufferedBytes: () => link.bufferedBytes,
      reset: (reason) => link.reset(reason),
      read: (epoch, range, maxBytes) => outbox.read(epoch, range, maxBytes),
      settle: (epoch, ranges) => outbox.settle(epoch, ranges),
      clock,
      stage: ledger.stage('forward'),
      rejected: (epoch, seq, code, message) =>
        log.error({ epoch, seq, code, detail: message }, 'the server kept a record aside'),
      log,
    },
    STREAMS,
  );
  outbox.onDurable((records) => forwarder.offer(records));
  outbox.onEvicted(({ stream, epoch, range, byDevice, reason }) => {
    forwarder.forget(epoch, range);
    log.error(
      { code: reason, stream, records: [...byDevice.values()].reduce((a, b) => a + b, 0) },
      'records were dropped',
    );
    for (const [device, records] of byDevice) {
      const gap = { kind: 'gap' as const, at: clock.now(), reason, records, fromSeq: range.from, toSeq: range.to };
      void outbox.append(device === '' ? gap : { ...gap, device });
    }
  });
  forwarder.addBacklog(outbox.takeRecovered());

  // Server → gateway.
  const config = new ConfigManager({
    state,
    protocolOf: (model) => findDefinition(model)?.protocol,
    sections: [
      {
        name: 'lorawan',
        apply: (document) => lorawan.apply(document?.lorawan, document?.devices.filter(isLorawanDevice) ?? []),
      },
      {
        name: 'modbus',
        apply: (document) => modbus.apply(document?.modbus, document?.devices.filter(isModbusDevice) ?? []),
      },
      {
        name: 'buffer',
        apply: async (document) => {
          outbox.limit(document?.buffer ?? {});
          counters.keepOnly(new Set(document?.devices.map(({ id }) => id)));
        },
      },
    ],
    changed: () => publish('status', status()),
    log,
  });
  const desk = new CommandDesk({
    state,
    clock,
    stage: ledger.stage('commands'),
    record: async (record) => void (await outbox.append(record)),
    dispatch: dispatcher({
      device: (id) => config.current?.devices.find((device) => device.id === id),
      findDefinition,
      lorawan,
      modbus,
    }),
    log,
  });

  function receive(topic: string, payload: Buffer): void {
    const leaf = parseGatewayTopic(topic)?.leaf;
    const message = parseJson(payload);
    if (leaf === 'ack') forwarder.acknowledge(message);
    else if (leaf === 'config') void config.receive(message);
    else if (leaf === 'command') void desk.receive(message);
  }

  function publish(leaf: 'hello' | 'status', message: Hello | GatewayStatus): void {
    link.publish(gatewayTopic(identity?.gateway ?? '', leaf), JSON.stringify(message));
  }

  function hello(): Hello {
    return {
      v: PROTOCOL_VERSION,
      versions: [...SUPPORTED_PROTOCOL_VERSIONS],
      agentVersion: AGENT_VERSION,
      bootedAt: startedAt,
      config: config.status(),
    };
  }

  function status(): GatewayStatus {
    return {
      v: PROTOCOL_VERSION,
      at: clock.now(),
      agentVersion: AGENT_VERSION,
      uptimeSeconds: Math.round((clock.monotonicMs() - startedMs) / 1_000),
      rssBytes: process.memoryUsage.rss(),
      clockTrusted: clock.trusted(),
      config: config.status(),
      outbox: outbox.status(),
      ledger: ledger.snapshot(),
    };
  }

  const health = new HealthServer({
    healthy: () => Object.values(ledger.snapshot()).every((stage) => imbalanceOf(stage) === 0),
    metrics: () => metricsOf(status(), link.isUp),
    status: () => ({
      ...status(),
      gateway: identity.gateway,
      link: {
        up: link.isUp,
        lastError: link.lastError,
        server: `${identity.mqtt.host}:${identity.mqtt.port}`,
        ...forwarder.status(),
      },
      problems: Object.fromEntries(config.problems),
      lorawan: lorawan.status(),
      modbus: modbus.status(),
    }),
  });

  const healthPort = await health.listen(options.healthPort);
  await config.start();
  await desk.start();
  link.start();
  const statusTimer = setInterval(() => publish('status', status()), STATUS_EVERY_MS);
  const trimTimer = setInterval(() => void outbox.trim(clock.trusted() ? clock.now() : undefined), TRIM_EVERY_MS);
  noteRunning(options.dataDirectory, { pid: process.pid, healthPort });
  log.info(
    { gateway: identity.gateway, revision: config.status().applied, backlog: outbox.status().records },
    'agent started',
  );

  return {
    healthPort,
    stop: async () => {
      clearInterval(statusTimer);
      clearInterval(trimTimer);
      forgetRunning(options.dataDirectory);
      config.stop();
      desk.stop();
      await Promise.all([lorawan.stop(), modbus.stop()]);
      await outbox.flush();
      forwarder.stop();
      await link.stop();
      await health.close();
      await storage.close();
      log.info('agent stopped');
    },
  };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
