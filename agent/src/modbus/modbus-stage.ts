import { isDeepStrictEqual } from 'node:util';
import {
  type EventRecord,
  type ModbusBus,
  type ModbusConfig,
  type ModbusDeviceConfig,
  type ModbusRtuBus,
  type Reading,
  VigieError,
} from '@vigie/contract';
import type { ModbusDefinition, Model } from '@vigie/decoders';
import type { Logger } from 'pino';
import { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { DeviceMessage, MessageSink } from '../device-message.ts';
import type { ModbusOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { Ledger, Stage } from '../ledger.ts';
import { linkOf, timeoutOf } from './bus-link.ts';
import { BusWorker } from './bus-worker.ts';
import { DevicePoller, type Polled } from './device-poller.ts';
import { DeviceWatch, type ModbusDeviceStatus, statusOf } from './device-watch.ts';
import type { OpenLine } from './line.ts';
import { type LineLoad, lineLoad } from './line-load.ts';
import type { Exchange } from './link.ts';
import { OrderQueue } from './order-queue.ts';
import type { ModbusRequest } from './pdu.ts';
import { type PreparedChange, ReadingsOutlet } from './readings-outlet.ts';

export interface ModbusStageOptions {
  ledger: Ledger;
  clock: Clock;
  log: Logger;
  /** Where what comes in floods is told; one of its own where absent. */
  boundedLog?: BoundedLog;
  sink: MessageSink;
  /** In [0, 1). */
  random: () => number;
  findModel: (id: string) => Model | undefined;
  /** Something that platforms should know: a device fell silent or is back, a line is overloaded. */
  event?: (event: EventRecord) => void;
  /** Opens a serial port; the machine's own where absent. */
  openPort?: (bus: ModbusRtuBus) => OpenLine;
}

interface RunningBus {
  config: ModbusBus;
  worker: BusWorker;
}

/** Polls and commands every Modbus device of the gateway; one worker per bus, and none waits for another. */
export class ModbusStage implements OrderExecutor<ModbusOrder> {
  readonly #options: ModbusStageOptions;
  readonly #polls: Stage;
  readonly #watch: DeviceWatch;
  readonly #outlet: ReadingsOutlet;
  readonly #orders: OrderQueue;
  #buses = new Map<string, RunningBus>();
  /** Devices that a start had to leave out, a sentence each. */
  #leftOut: string[] = [];

  constructor(options: ModbusStageOptions) {
    this.#options = options;
    this.#polls = options.ledger.stage('modbus.polls');
    const { clock, log, event = () => undefined } = options;
    this.#watch = new DeviceWatch(clock, log, event);
    this.#outlet = new ReadingsOutlet({
      now: () => clock.now(),
      log: options.boundedLog ?? new BoundedLog(log, clock),
      stage: options.ledger.stage('modbus.clients'),
    });
    this.#orders = new OrderQueue(clock);
    this.#polls.holds(() => [...this.#buses.values()].reduce((sum, { worker }) => sum + worker.held, 0));
  }

  /**
   * Goes over to another configuration. Buses and devices that are the same go on undisturbed. Throws CONFIG_MODEL_UNKNOWN
   * or CONFIG_BUS_FAILED and leaves everything as it was when a model or a serial port is not there; a TCP slave that
   * does not answer is no reason to refuse, since it may come back.
   */
  async apply(config: ModbusConfig | undefined, devices: readonly ModbusDeviceConfig[]): Promise<void> {
    await this.#goOver(config, devices, () => this.#outlet.prepare(config?.server), false);
    this.#leftOut = [];
  }

  /**
   * Goes by a configuration that was good before, as far as it can: a port that is not there is opened when it comes, a
   * device whose model this release does not know is left out; `missing` names them. Throws CONFIG_PORT_BUSY, when all
   * the rest runs, for want of the address of the server.
   */
  async start(config: ModbusConfig | undefined, devices: readonly ModbusDeviceConfig[]): Promise<void> {
    const known = devices.filter(({ model }) => this.#options.findModel(model)?.protocol === 'modbus');
    let refused: unknown;
    const outlet = () =>
      this.#outlet.prepare(config?.server).catch((error: unknown) => {
        refused = error;
        return this.#outlet.prepare(undefined);
      });
    await this.#goOver(config, known, outlet, true);
    this.#leftOut = devices
      .filter((device) => !known.includes(device))
      .map(({ id, model }) => `Device ${id}: ${model} is no Modbus model of this release`);
    if (refused) throw refused;
  }

  /** What the configuration asks for and is not there now, a sentence each. */
  missing(): string[] {
    const closed = [...this.#buses.values()].filter(({ config, worker }) => isPort(config) && !worker.link.connected);
    return [...closed.map(({ config, worker }) => `Bus ${config.id}: ${worker.link.lostReason}`), ...this.#leftOut];
  }

  async #goOver(
    config: ModbusConfig | undefined,
    devices: readonly ModbusDeviceConfig[],
    prepareOutlet: () => Promise<PreparedChange>,
    portsMayBeMissing: boolean,
  ): Promise<void> {
    const definitions = new Map(devices.map((device) => [device.id, this.#definitionOf(device)]));
    const wanted = config?.buses ?? [];
    const kept = new Map<string, RunningBus>();
    for (const bus of wanted) {
      const running = this.#buses.get(bus.id);
      if (running && isDeepStrictEqual(running.config, bus)) kept.set(bus.id, running);
    }
    const outlet = await prepareOutlet();
    const fresh = await this.#openAll(
      wanted.filter((bus) => !kept.has(bus.id)),
      [...this.#buses.values()].filter((running) => kept.get(running.config.id) !== running),
      portsMayBeMissing,
    ).catch(async (error: unknown) => {
      await outlet.rollBack();
      throw error;
    });
    await outlet.commit();
    this.#outlet.use(devices);
    this.#buses = new Map(wanted.flatMap((bus) => entryOf(bus.id, kept.get(bus.id) ?? fresh.get(bus.id))));
    for (const { config: bus, worker } of this.#buses.values()) {
      const own = devices.filter((device) => device.modbus.bus === bus.id);
      worker.use(own.map((device) => this.#pollerOf(device, definitions.get(device.id), bus, worker)));
      worker.start();
      this.#checkLoad(bus, worker.pollers);
    }
  }

  /** Of a message's decoded readings those that go on, as the reporting of its device asks. */
  report(message: DeviceMessage, readings: Reading[]): Reading[] {
    return this.#outlet.report(message, readings);
  }

  execute(order: ModbusOrder, conduct: OrderConduct): void {
    const found = this.#find(order.device);
    if (!found) {
      const message = `no Modbus device ${order.device}`;
      conduct.report({ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN', message });
      return;
    }
    this.#orders.add(order, conduct, found.worker, found.poller);
  }

  /** One exchange on a bus of the configuration, before its next poll; `undefined` where there is no such bus. */
  ask(bus: string, unit: number, request: ModbusRequest, timeoutMs?: number): Promise<Exchange> | undefined {
    return this.#buses.get(bus)?.worker.first((link) => link.exchange(unit, request, { timeoutMs }));
  }

  status(): ModbusDeviceStatus[] {
    return [...this.#buses.values()].flatMap(({ worker }) => worker.pollers.map(statusOf));
  }

  /** How full the serial lines are; a share above 1 cannot be kept up. */
  lineLoads(): LineLoad[] {
    return [...this.#buses.values()].flatMap(
      ({ config, worker: { pollers } }) =>
        lineLoad(
          config,
          pollers.map(({ device, layout }) => ({ device, definition: layout })),
        ) ?? [],
    );
  }

  async stop(): Promise<void> {
    const workers = [...this.#buses.values()].map(({ worker }) => worker);
    await Promise.all(workers.map((worker) => worker.stop()));
    this.#buses.clear();
    await this.#outlet.stop();
  }

  #checkLoad(bus: ModbusBus, pollers: readonly DevicePoller[]): void {
    const load = lineLoad(bus, pollers);
    if (!load || load.share <= 1) return;
    const fits = load.devices
      .map(({ device, fittingIntervalMs }) => `${device} every ${fittingIntervalMs} ms`)
      .join(', ');
    const message = `bus ${bus.id} needs ${Math.round(load.share * 100)} % of its line; these would fit: ${fits}`.slice(
      0,
      512,
    );
    const at = this.#options.clock.now();
    this.#options.log.warn({ code: 'MODBUS_LINE_OVERLOADED', bus: bus.id, share: load.share }, message);
    this.#options.event?.({ kind: 'event', code: 'MODBUS_LINE_OVERLOADED', severity: 'warning', at, message });
  }

  #find(device: string): { worker: BusWorker; poller: DevicePoller } | undefined {
    for (const { worker } of this.#buses.values()) {
      const poller = worker.pollers.find((candidate) => candidate.device.id === device);
      if (poller) return { worker, poller };
    }
    return undefined;
  }

  #definitionOf(device: ModbusDeviceConfig): ModbusDefinition {
    const definition = this.#options.findModel(device.model);
    if (definition?.protocol !== 'modbus') {
      throw new VigieError('CONFIG_MODEL_UNKNOWN', `Device ${device.id}: ${device.model} is no Modbus model`);
    }
    return definition;
  }

  /** Opens the new buses. Leaving ones are stopped first, since a port has one user; they come back when one fails. */
  async #openAll(
    fresh: readonly ModbusBus[],
    leaving: readonly RunningBus[],
    portsMayBeMissing: boolean,
  ): Promise<Map<string, RunningBus>> {
    const pollers = leaving.map(({ worker }) => worker.pollers);
    const replaced = leaving.filter(({ config }) => config.type === 'rtu');
    await Promise.all(replaced.map(({ worker }) => worker.stop()));
    const opened = new Map<string, RunningBus>();
    try {
      for (const bus of fresh) opened.set(bus.id, await this.#open(bus, portsMayBeMissing));
    } catch (error) {
      await Promise.all([...opened.values()].map(({ worker }) => worker.stop()));
      for (const [index, old] of leaving.entries()) {
        if (!replaced.includes(old)) continue;
        const worker = this.#workerOf(old.config);
        worker.use([...(pollers[index] ?? [])]);
        worker.start();
        this.#buses.set(old.config.id, { config: old.config, worker });
      }
      throw error;
    }
    await Promise.all(leaving.filter((old) => !replaced.includes(old)).map(({ worker }) => worker.stop()));
    return opened;
  }

  async #open(config: ModbusBus, portMayBeMissing: boolean): Promise<RunningBus> {
    const worker = this.#workerOf(config);
    if (isPort(config)) {
      const refused = await worker.link.open();
      if (refused !== undefined && portMayBeMissing) {
        this.#options.log.warn(
          { code: 'CONFIG_BUS_FAILED', bus: config.id, detail: refused },
          'a serial port is missing',
        );
      } else if (refused !== undefined) {
        throw new VigieError('CONFIG_BUS_FAILED', `Bus ${config.id}: ${refused}`);
      }
    }
    return { config, worker };
  }

  #workerOf(bus: ModbusBus): BusWorker {
    const { clock, random } = this.#options;
    const monotonicMs = (): number => clock.monotonicMs();
    const link = linkOf(bus, { monotonicMs, random, openPort: this.#options.openPort });
    return new BusWorker({
      link,
      isPort: isPort(bus),
      closeAfterPoll: 'closeAfterPoll' in bus && bus.closeAfterPoll === true,
      polls: this.#polls,
      monotonicMs,
      deliver: (poller, polled) => this.#deliver(poller, polled),
      failed: (poller, code, detail) => this.#watch.failed(poller, code, detail),
    });
  }

  #pollerOf(
    device: ModbusDeviceConfig,
    definition: ModbusDefinition | undefined,
    bus: ModbusBus,
    worker: BusWorker,
  ): DevicePoller {
    const known = worker.pollers.find((poller) => isDeepStrictEqual(poller.device, device));
    if (known && known.definition === definition) return known;
    const { clock, random } = this.#options;
    return new DevicePoller({
      device,
      definition: definition ?? this.#definitionOf(device),
      timeoutMs: timeoutOf(bus),
      retries: bus.retries,
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      random,
    });
  }

  #deliver(poller: DevicePoller, { image, layout }: Polled): Promise<void> {
    if (poller.statistics.consecutiveFailures === 0) this.#watch.answered(poller);
    const receivedAt = this.#options.clock.now();
    return this.#options.sink({ protocol: 'modbus', device: poller.device, receivedAt, image, layout });
  }
}

function isPort({ type }: ModbusBus): boolean {
  return type === 'rtu';
}

function entryOf(id: string, running: RunningBus | undefined): [string, RunningBus][] {
  return running ? [[id, running]] : [];
}
