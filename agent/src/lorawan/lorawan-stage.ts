import type { FrameRecord, LorawanConfig, LorawanDeviceConfig } from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { MessageSink } from '../device-message.ts';
import type { LorawanOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { Ledger } from '../ledger.ts';
import type { StateStore } from '../state-store.ts';
import { Answerer } from './answerer.ts';
import { StationServer } from './basics-station/station-server.ts';
import { APPOINTMENT_AHEAD_MS, ClassCSender } from './class-c-sender.ts';
import { checkSettings, longestFor, ownChannelsHz } from './document-rules.ts';
import { DownlinkOrders } from './downlink-orders.ts';
import { ExternalNetworks } from './external-network/external-networks.ts';
import { FrameBook } from './frame-book.ts';
import { FrameReceiver } from './frame-receiver.ts';
import { FrameStore } from './frame-store.ts';
import type { HomeDesk } from './home/home-desk.ts';
import { Neighbours } from './home/neighbours.ts';
import { deviceStatus, type LorawanStatus } from './lorawan-status.ts';
import { NetworkServer } from './network-server/network-server.ts';
import { regionOf } from './network-server/regions/catalogue.ts';
import { ChannelGrid } from './network-server/regions/channel-grid.ts';
import { EU868 } from './network-server/regions/eu868.ts';
import type { RadioSource } from './radio.ts';
import { SemtechUdpServer } from './semtech-udp/udp-server.ts';
import { SessionKeeper } from './session-keeper.ts';
import { type SourceConfig, SourceSet } from './source-set.ts';
import type { SourcePower } from './transmit-power.ts';
import { Transmitter } from './transmitter.ts';

export interface LorawanStageOptions {
  ledger: Ledger;
  clock: Clock;
  /** So many random bytes, fit for keys. */
  entropy(bytes: number): Uint8Array;
  state: StateStore;
  log: BoundedLog;
  sink: MessageSink;
  /** How often a source whose address was taken is tried again. */
  reopenMs?: number;
  /** Puts a frame of a neighbour's device into the outbox; resolves to true when it is on the disk. */
  passOn?(record: FrameRecord): Promise<boolean>;
}

/** Gateways near each other report a frame within a few milliseconds; the answer in RX1 is not to wait for stragglers. */
const DEDUP_WINDOW_MS = 50;
const SWEEP_MS = 1_000;
const REOPEN_MS = 5_000;
/** From here on RX1 is at risk when an answer waits for a write that itself waits for another. */
const SLOW_DISK_MS = 250;

/** Hears LoRaWAN devices through packet forwarders, and talks to them: the one class that the agent wires. */
export class LorawanStage implements OrderExecutor<LorawanOrder> {
  readonly #options: LorawanStageOptions;
  readonly #log: BoundedLog;
  readonly #book: FrameBook;
  readonly #receiver: FrameReceiver;
  readonly #store: FrameStore;
  readonly #orders: DownlinkOrders;
  readonly #keeper: SessionKeeper;
  readonly #sources: SourceSet;
  readonly #networks: ExternalNetworks;
  readonly #transmitter: Transmitter;
  readonly #classC: ClassCSender;
  readonly #network: NetworkServer;
  readonly #neighbours: Neighbours;
  #config: LorawanConfig | undefined;
  #channels = new ChannelGrid(EU868);
  #powers: ReadonlyMap<string, SourcePower> = new Map();
  #applying: Promise<void> = Promise.resolve();
  #sweeper: NodeJS.Timeout | undefined;
  #reopener: NodeJS.Timeout | undefined;

  constructor(options: LorawanStageOptions) {
    const { ledger, clock, log, state, entropy } = options;
    this.#options = options;
    this.#log = log;
    const frames = ledger.stage('lorawan.frames');
    this.#book = new FrameBook({ clock, stage: frames, log: this.#log });
    this.#orders = new DownlinkOrders(ledger, () => clock.trusted());
    this.#keeper = new SessionKeeper(state, this.#log);
    const { sink } = options;
    this.#store = new FrameStore({ clock, log: this.#log, keeper: this.#keeper, sink, stage: frames });
    this.#networks = new ExternalNetworks({
      ...{ clock, ledger, log: this.#log, state, entropy, sink, diary: this.#book.diary },
    });
    this.#sources = new SourceSet((config) => this.#openSource(config));
    const random32 = () => Buffer.from(entropy(4)).readUInt32BE();
    this.#network = new NetworkServer({ region: EU868, netId: 0 }, random32);
    this.#transmitter = new Transmitter({
      clock,
      ledger,
      log: this.#log,
      region: () => this.#network.region,
      transmit: (source, transmission) => this.#sources.transmit(source, transmission),
      power: (source) => this.#powers.get(source) ?? {},
      onDone: (text) => this.#book.diary.write({ at: clock.now(), kind: 'down', text }),
    });
    const answerer = new Answerer({
      clock,
      log: this.#log,
      orders: this.#orders,
      region: () => this.#network.region,
      counterReady: (device, session) => this.#neighbours.reserve(device, session),
      settingsKept: (device, session) => this.#neighbours.keepSettings(device, session),
      transmitter: this.#transmitter,
    });
    this.#classC = new ClassCSender({
      clock,
      orders: this.#orders,
      transmitter: this.#transmitter,
      region: () => this.#network.region,
      reachable: () => this.#sources.reachable(),
      counterReady: (device, session) => this.#neighbours.reserve(device, session),
    });
    this.#neighbours = new Neighbours({
      ...{ clock, ledger, log: this.#log, state, frames, book: this.#book },
      ...{ network: this.#network, keeper: this.#keeper, store: this.#store, orders: this.#orders },
      passOn: options.passOn ?? (async () => false),
    });
    this.#receiver = new FrameReceiver({
      ...{ clock, log: this.#log, frames, book: this.#book, answerer },
      ...{ network: this.#network, keeper: this.#keeper, store: this.#store, orders: this.#orders },
      neighbours: this.#neighbours,
      dedupWindowMs: () => this.#config?.dedupWindowMs ?? DEDUP_WINDOW_MS,
      gateways: () => this.#sources.gateways(),
    });
  }

  /** What the fleet server has to say of who answers which device. */
  get home(): HomeDesk {
    return this.#neighbours.desk;
  }

  /** Devices that are not spoken to before their session comes from the fleet server, as DevEUIs; a few at a time. */
  awaitedSessions(): string[] {
    return this.#neighbours.awaited();
  }

  /** Frame counters that the outbox holds, by the `mark.key` of its messages; before the first `apply`. */
  marks(latest: ReadonlyMap<string, number>): void {
    this.#keeper.watermarks(latest);
    this.#networks.watermarks(latest);
  }

  /**
   * Puts a configuration in force without a restart; `undefined` ends all reception.
   * @throws VigieError CONFIG_PORT_BUSY, CONFIG_INVALID; then all runs on as before
   */
  apply(lorawan: LorawanConfig | undefined, devices: readonly LorawanDeviceConfig[]): Promise<void> {
    return this.#inTurn(() => {
      if (lorawan) checkSettings(lorawan, devices);
      return this.#apply(lorawan, devices, (radios, plan) => this.#sources.apply(radios, plan));
    });
  }

  /**
   * Goes by a configuration that was good before, as far as it can: a source whose address is taken is named by `missing`
   * and tried again until it is free; all others run.
   */
  start(lorawan: LorawanConfig | undefined, devices: readonly LorawanDeviceConfig[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#apply(lorawan, devices, (radios, plan) => this.#sources.start(radios, plan));
      for (const detail of this.missing()) this.#log.warn('CONFIG_PORT_BUSY', { detail });
    });
  }

  /** What the configuration asks for and is not there now, a sentence each. */
  missing(): string[] {
    return this.#sources.missing();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#applying.then(work);
    this.#applying = turn.catch(() => undefined);
    return turn;
  }

  async #apply(
    lorawan: LorawanConfig | undefined,
    devices: readonly LorawanDeviceConfig[],
    openSources: (radios: SourceConfig[], plan: string) => Promise<void>,
  ): Promise<void> {
    await this.#keeper.load();
    await this.#neighbours.load();
    const sources = lorawan?.sources ?? [];
    await openSources(sources.filter(isRadio), `${lorawan?.region}/${lorawan?.subBand}`);
    const isOwn = ({ lorawan: { activation } }: LorawanDeviceConfig) => activation.mode !== 'external';
    await this.#networks.apply(
      sources.filter((source) => !isRadio(source)),
      devices.filter((device) => !isOwn(device)),
    );
    this.#config = lorawan;
    this.#powers = new Map(sources.filter(isRadio).map((source) => [source.id, source]));
    const network = {
      region: lorawan ? regionOf(lorawan) : this.#network.region,
      netId: Number.parseInt(lorawan?.netId ?? '000000', 16),
      settings: lorawan ?? {},
    };
    this.#channels = new ChannelGrid(network.region, ownChannelsHz(lorawan, devices));
    const gone = this.#network.configure(network, lorawan ? devices.filter(isOwn) : [], (device) =>
      this.#keeper.restore(device),
    );
    this.#orders.forgetUnless((id) => this.#network.device(id) !== undefined);
    // Where homes move by themselves a device that is gone may only be elsewhere: there no DevNonce is good twice.
    await this.#keeper.release(gone, { left: lorawan !== undefined && lorawan.passFrames !== true });
    await this.#neighbours.configure(lorawan?.passFrames === true);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    this.#reopener ??= setInterval(() => this.#reopen(), this.#options.reopenMs ?? REOPEN_MS).unref();
  }

  /** A class A device gets its downlink after its next uplink, a class C device and a group at once. */
  execute(order: LorawanOrder, conduct: OrderConduct): void {
    if (this.#networks.execute(order, conduct)) return;
    const device = this.#network.device(order.device);
    if (!device) {
      this.#orders.refuse(conduct, 'COMMAND_DEVICE_UNKNOWN', order.device);
      return;
    }
    const longest = longestFor(device, this.#network.region);
    if (order.payload.bytes.length > longest) {
      const tooLong = `${order.payload.bytes.length} > ${longest} bytes`;
      this.#orders.refuse(conduct, 'LORAWAN_DOWNLINK_TOO_LONG', tooLong);
      return;
    }
    // A group has nobody who could acknowledge.
    this.#orders.add(device.isGroup ? { ...order, payload: { ...order.payload, confirmed: false } } : order, conduct);
    this.#sweep();
  }

  /** A device may use any DevNonce again. @returns once that is on the disk */
  async forgetNonces(id: string, { begin, report }: OrderConduct): Promise<void> {
    const device = this.#network.device(id);
    if (!device?.appKey) {
      report({ state: 'failed', code: 'COMMAND_REFUSED', message: `${id} does not join this gateway` });
    } else if (device.isAway) {
      report({ state: 'failed', code: 'LORAWAN_HOME_ELSEWHERE', message: id });
    } else if (!(await begin())) {
      report({ state: 'expired' });
    } else {
      device.forgetNonces();
      const isKept = await this.#keeper.saveJoins(device);
      this.#neighbours.changed(device);
      if (isKept) report({ state: 'confirmed' });
      else report({ state: 'failed', code: 'LORAWAN_NOT_STORED', message: id });
    }
  }

  /**
   * Class C devices get what waits for them. For the others: a slow disk would have the device's RX1 pass before an order's intent is on it. There it is written ahead, at the
   * price that a restart before the device's next uplink fails the order instead of keeping it.
   */
  #sweep(): void {
    const now = this.#options.clock.now();
    this.#orders.sweep(now);
    for (const open of this.#orders.heads(now, APPOINTMENT_AHEAD_MS)) {
      const device = this.#network.device(open.order.device);
      if (device?.isClassC) this.#receiver.track(this.#classC.drain(device));
      else if (this.#store.lastMs > SLOW_DISK_MS && (open.order.notBefore ?? 0) <= now)
        this.#orders.begin(open).catch(this.#log.bug('lorawan downlinks'));
    }
  }

  #reopen(): void {
    if (this.missing().length === 0) return;
    this.#inTurn(() => this.#sources.retry()).catch(this.#log.bug('lorawan sources'));
  }

  status(): LorawanStatus {
    const now = this.#options.clock.now();
    return {
      ...(this.#config && { region: this.#config.region }),
      sources: this.#sources.status(),
      networks: this.#networks.status(),
      devices: [
        ...[...this.#network.devices()].map((device) =>
          deviceStatus(device, this.#orders.lengthFor(device.config.id), now),
        ),
        ...this.#networks.deviceStatus(now),
      ],
      frames: this.#book.diary.lines(),
      airtime: this.#transmitter.airtime(),
    };
  }

  /** Ends reception, finishes what came in, and leaves the sessions on the disk. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    clearInterval(this.#reopener);
    this.#sweeper = undefined;
    this.#reopener = undefined;
    await this.#applying;
    await this.#sources.close();
    await this.#networks.close();
    await this.#receiver.gathered();
    await this.#neighbours.stop();
    await this.#receiver.settled();
    await this.#keeper.release([...this.#network.devices()]);
  }

  async #openSource(config: SourceConfig): Promise<RadioSource> {
    const { clock, ledger, entropy } = this.#options;
    // All behind this door sees the channel.
    const onReception: FrameReceiver['receive'] = (reception) => {
      const frequencyHz = this.#channels.channelOf(reception.frequencyHz, reception.dataRate);
      this.#receiver.receive(frequencyHz === reception.frequencyHz ? reception : { ...reception, frequencyHz });
    };
    const common = { clock, ledger, log: this.#log, onReception };
    const server =
      config.type === 'semtech-udp'
        ? new SemtechUdpServer({
            ...{ ...common, id: config.id, host: config.host, port: config.port, entropy },
            ...(config.allow && { allow: config.allow }),
            onUnread: (detail) => this.#book.unread(detail),
          })
        : new StationServer({ ...common, config, region: () => this.#network.region });
    await server.listen();
    return server;
  }
}

function isRadio(source: LorawanConfig['sources'][number]): source is SourceConfig {
  return source.type === 'semtech-udp' || source.type === 'basics-station';
}
