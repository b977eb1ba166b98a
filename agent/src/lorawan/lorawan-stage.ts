import type { LorawanConfig, LorawanDeviceConfig, RadioLink } from '@vigie/contract';
import type { Logger } from 'pino';
import { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { MessageSink } from '../device-message.ts';
import type { LorawanOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { Ledger, Stage } from '../ledger.ts';
import type { StateStore } from '../state-store.ts';
import { Answerer } from './answerer.ts';
import { StationServer } from './basics-station/station-server.ts';
import { ClassCSender } from './class-c-sender.ts';
import { DownlinkOrders } from './downlink-orders.ts';
import { type ExternalNetworkStatus, ExternalNetworks } from './external-network/external-networks.ts';
import { Deduplicator, type HeardFrame } from './network-server/deduplicator.ts';
import { devAddrHex } from './network-server/dev-addr.ts';
import type { Device } from './network-server/device.ts';
import type { AirtimeStatus } from './network-server/duty-cycle.ts';
import { type Decision, NetworkServer, type UplinkDecision } from './network-server/network-server.ts';
import { regionOf } from './network-server/regions/catalogue.ts';
import { EU868 } from './network-server/regions/eu868.ts';
import type { GatewayStatusLine, RadioSource, Reception } from './radio.ts';
import { SemtechUdpServer } from './semtech-udp/udp-server.ts';
import { markKey, SessionKeeper } from './session-keeper.ts';
import { type SourceConfig, SourceSet } from './source-set.ts';
import { Transmitter } from './transmitter.ts';

export interface LorawanStageOptions {
  ledger: Ledger;
  clock: Clock;
  /** So many random bytes, fit for keys. */
  entropy(bytes: number): Uint8Array;
  state: StateStore;
  log: Logger;
  sink: MessageSink;
}

export interface LorawanDeviceStatus {
  device: string;
  devEui: string;
  /** Absent until the device has joined. */
  devAddr?: string;
  fCntUp?: number;
  fCntDown?: number;
  lastHeardAt?: number;
  link?: RadioLink;
  battery?: { level: number; marginDb: number; at: number };
  /** Downlinks that have not ended. */
  orders: number;
}

export interface LorawanStatus {
  region?: string;
  sources: { id: string; type: string; address: string; gateways: GatewayStatusLine[] }[];
  /** Other networks' servers that bring their devices' messages. */
  networks: ExternalNetworkStatus[];
  devices: LorawanDeviceStatus[];
  /** Airtime used and left in each sub-band, for gateways that have transmitted. */
  airtime: AirtimeStatus[];
}

/** Gateways near each other report a frame within a few milliseconds; the answer in RX1 is not to wait for stragglers. */
const DEDUP_WINDOW_MS = 50;
/** A gateway that was not heard for so long is not waited for: forwarders send at least every 30 s. */
const GATEWAY_ALIVE_MS = 45_000;
/** Frames that wait for the disk; beyond, what comes in is dropped and counted. */
const MAX_FRAMES_HELD = 20_000;
const SWEEP_MS = 1_000;
/** From here on RX1 is at risk when an answer waits for a write that itself waits for another. */
const SLOW_DISK_MS = 250;

/** Hears LoRaWAN devices through packet forwarders, and talks to them: the one class that the agent wires. */
export class LorawanStage implements OrderExecutor<LorawanOrder> {
  readonly #options: LorawanStageOptions;
  readonly #log: BoundedLog;
  readonly #frames: Stage;
  readonly #deduplicator = new Deduplicator();
  readonly #orders: DownlinkOrders;
  readonly #keeper: SessionKeeper;
  readonly #sources: SourceSet;
  readonly #networks: ExternalNetworks;
  readonly #transmitter: Transmitter;
  readonly #answerer: Answerer;
  readonly #classC: ClassCSender;
  readonly #network: NetworkServer;
  /** Whether the last frame of a device became durable. */
  readonly #stored = new WeakMap<Device, Promise<boolean>>();
  readonly #work = new Set<Promise<void>>();
  #config: LorawanConfig | undefined;
  #applying: Promise<void> = Promise.resolve();
  #framesInWork = 0;
  /** How long the last frame took to become durable. */
  #storeMs = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: LorawanStageOptions) {
    const { ledger, clock, log, state, entropy } = options;
    this.#options = options;
    this.#log = new BoundedLog(log, clock);
    this.#frames = ledger.stage('lorawan.frames');
    this.#frames.holds(() => this.#deduplicator.gathering + this.#framesInWork);
    this.#orders = new DownlinkOrders(ledger);
    this.#keeper = new SessionKeeper(state, this.#log);
    const { sink } = options;
    this.#networks = new ExternalNetworks({ clock, ledger, log: this.#log, state, entropy, sink });
    this.#sources = new SourceSet((config) => this.#openSource(config));
    const random32 = () => Buffer.from(entropy(4)).readUInt32BE();
    this.#network = new NetworkServer({ region: EU868, netId: 0 }, random32);
    this.#transmitter = new Transmitter({
      clock,
      ledger,
      log: this.#log,
      region: () => this.#network.region,
      transmit: (source, transmission) => this.#sources.transmit(source, transmission),
    });
    this.#answerer = new Answerer({
      clock,
      log: this.#log,
      orders: this.#orders,
      region: () => this.#network.region,
      counterReady: (device, session) => this.#keeper.reserve(device, session),
      transmitter: this.#transmitter,
    });
    this.#classC = new ClassCSender({
      clock,
      orders: this.#orders,
      transmitter: this.#transmitter,
      region: () => this.#network.region,
      reachable: () => this.#sources.reachable(),
      counterReady: (device, session) => this.#keeper.reserve(device, session),
    });
  }

  /** Frame counters that the outbox holds, by the `mark.key` of its messages; before the first `apply`. */
  marks(latest: ReadonlyMap<string, number>): void {
    this.#keeper.watermarks(latest);
    this.#networks.watermarks(latest);
  }

  /**
   * Puts a configuration in force without a restart; `undefined` ends all reception.
   * @throws VigieError CONFIG_PORT_BUSY; then all runs on as before
   */
  apply(lorawan: LorawanConfig | undefined, devices: readonly LorawanDeviceConfig[]): Promise<void> {
    const turn = this.#applying.then(() => this.#apply(lorawan, devices));
    this.#applying = turn.catch(() => undefined);
    return turn;
  }

  async #apply(lorawan: LorawanConfig | undefined, devices: readonly LorawanDeviceConfig[]): Promise<void> {
    await this.#keeper.load();
    const sources = lorawan?.sources ?? [];
    await this.#sources.apply(sources.filter(isRadio), `${lorawan?.region}/${lorawan?.subBand}`);
    const isOwn = ({ lorawan: { activation } }: LorawanDeviceConfig) => activation.mode !== 'external';
    await this.#networks.apply(
      sources.filter((source) => !isRadio(source)),
      devices.filter((device) => !isOwn(device)),
    );
    this.#config = lorawan;
    const network = {
      region: lorawan ? regionOf(lorawan) : this.#network.region,
      netId: Number.parseInt(lorawan?.netId ?? '000000', 16),
    };
    const gone = this.#network.configure(network, lorawan ? devices.filter(isOwn) : [], (device) =>
      this.#keeper.restore(device),
    );
    this.#orders.forgetUnless((id) => this.#network.device(id) !== undefined);
    await this.#keeper.release(gone);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** A class A device gets its downlink after its next uplink, a class C device and a group at once. */
  execute(order: LorawanOrder, conduct: OrderConduct): void {
    if (this.#networks.execute(order, conduct)) return;
    const device = this.#network.device(order.device);
    if (!device) {
      this.#orders.refuse(conduct, 'COMMAND_DEVICE_UNKNOWN', order.device);
      return;
    }
    const longest = Math.max(...this.#network.region.maxPayloadBytes.map((bytes) => bytes ?? 0));
    if (order.payload.bytes.length > longest) {
      const tooLong = `${order.payload.bytes.length} > ${longest} bytes`;
      this.#orders.refuse(conduct, 'LORAWAN_DOWNLINK_TOO_LONG', tooLong);
      return;
    }
    // A group has nobody who could acknowledge.
    this.#orders.add(device.isGroup ? { ...order, payload: { ...order.payload, confirmed: false } } : order, conduct);
    this.#sweep();
  }

  /**
   * Class C devices get what waits for them. For the others: a slow disk would have the device's RX1 pass before an order's intent is on it. There it is written ahead, at the
   * price that a restart before the device's next uplink fails the order instead of keeping it.
   */
  #sweep(): void {
    const now = this.#options.clock.now();
    this.#orders.sweep(now);
    for (const open of this.#orders.heads(now)) {
      const device = this.#network.device(open.order.device);
      if (device?.isClassC) this.#track(this.#classC.drain(device));
      else if (this.#storeMs > SLOW_DISK_MS) void this.#orders.begin(open);
    }
  }

  status(): LorawanStatus {
    return {
      ...(this.#config && { region: this.#config.region }),
      sources: this.#sources.status(),
      networks: this.#networks.status(),
      devices: [...this.#network.devices()].map((device) => this.#statusOf(device)),
      airtime: this.#transmitter.airtime(),
    };
  }

  #statusOf(device: Device): LorawanDeviceStatus {
    const { active, lastHeard, status } = device;
    return {
      device: device.config.id,
      devEui: device.devEui,
      ...(active && {
        devAddr: devAddrHex(active.devAddr),
        fCntUp: active.nextFCntUp,
        fCntDown: active.nextFCntDown,
      }),
      ...(lastHeard && { lastHeardAt: lastHeard.at, link: lastHeard.link }),
      ...(status && { battery: { level: status.battery, marginDb: status.marginDb, at: status.at } }),
      orders: this.#orders.lengthFor(device.config.id),
    };
  }

  /** Ends reception, finishes what came in, and leaves the sessions on the disk. */
  async stop(): Promise<void> {
    await this.#applying;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    await this.#sources.close();
    await this.#networks.close();
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.#keeper.release([...this.#network.devices()]);
  }

  async #openSource(config: SourceConfig): Promise<RadioSource> {
    const { clock, ledger, entropy } = this.#options;
    const onReception = (reception: Reception) => this.#onReception(reception);
    const common = { clock, ledger, log: this.#log, onReception };
    const server =
      config.type === 'semtech-udp'
        ? new SemtechUdpServer({ ...common, id: config.id, host: config.host, port: config.port, entropy })
        : new StationServer({ ...common, config, region: () => this.#network.region });
    await server.listen();
    return server;
  }

  #onReception(reception: Reception): void {
    this.#frames.in();
    if (this.#framesInWork + this.#deduplicator.gathering >= MAX_FRAMES_HELD) {
      this.#drop('LORAWAN_OVERLOADED');
      return;
    }
    const { addition, frame } = this.#deduplicator.add(reception);
    if (addition === 'late') this.#drop('LORAWAN_DUPLICATE');
    else if (addition === 'first') this.#track(this.#gather(frame));
    else if (this.#heardByAll(frame)) this.#close(frame);
  }

  /** Waits for the other antennas' copies, unless there is no other that could have one. */
  async #gather(frame: HeardFrame): Promise<void> {
    if (this.#heardByAll(frame)) {
      this.#close(frame);
      return;
    }
    const windowMs = this.#config?.dedupWindowMs ?? DEDUP_WINDOW_MS;
    await new Promise((resolve) => setTimeout(resolve, windowMs));
    this.#close(frame);
  }

  #heardByAll({ receptions }: HeardFrame): boolean {
    const heard = new Set(receptions.map(({ gatewayEui }) => gatewayEui));
    const aliveSince = this.#options.clock.now() - GATEWAY_ALIVE_MS;
    return this.#sources.gateways().every((g) => heard.has(g.gatewayEui) || g.lastSeenAt < aliveSince);
  }

  /** All copies are in, or the wait is over: from here the frame is one. */
  #close(frame: HeardFrame): void {
    if (!this.#deduplicator.close(frame)) return;
    const copies = frame.receptions.length - 1;
    if (copies > 0) this.#frames.drop('LORAWAN_DUPLICATE', copies);
    const { clock } = this.#options;
    const decision = this.#network.receive(frame, clock.trusted() ? clock.now() : undefined);
    switch (decision.kind) {
      case 'drop':
        this.#drop(decision.code, { device: decision.device, detail: decision.detail });
        return;
      case 'join':
        this.#track(this.#onJoin(decision));
        return;
      case 'uplink':
        this.#track(this.#onUplink(decision));
        return;
    }
  }

  async #onJoin({ device, reception, joinAccept, changes, install }: Decision & { kind: 'join' }): Promise<void> {
    this.#framesInWork += 1;
    const written = await this.#keeper.write(changes);
    this.#framesInWork -= 1;
    if (!written || !install()) {
      this.#drop('LORAWAN_NOT_STORED', { device: device.config.id });
      return;
    }
    this.#frames.out();
    await this.#answerer.acceptJoin(device, reception, joinAccept);
  }

  async #onUplink(uplink: UplinkDecision): Promise<void> {
    const { device, session, retransmission, ack, unread } = uplink;
    if (unread === 'version 1.1') this.#log.warn('LORAWAN_VERSION_UNSUPPORTED', { device: device.config.id });
    if (!retransmission) {
      this.#orders.heard(device.config.id, ack);
      this.#stored.set(device, this.#store(uplink, this.#stored.get(device)));
      this.#keeper.heard(device, session);
    } else {
      this.#drop('LORAWAN_RETRANSMISSION');
    }
    await this.#answerer.answer(uplink, this.#stored.get(device) ?? Promise.resolve(true));
  }

  /** True when the frame and its counter are durable. Never throws. */
  async #store(uplink: UplinkDecision, before: Promise<boolean> | undefined): Promise<boolean> {
    this.#framesInWork += 1;
    const { device, session, fCnt, payload, changes } = uplink;
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const stored = (!changes || (await this.#keeper.write(changes))) && (await this.#deliver(uplink, before));
    this.#storeMs = clock.monotonicMs() - startedMs;
    this.#framesInWork -= 1;
    if (!stored) {
      // The device may send it again, and then it is new.
      if (session.nextFCntUp === fCnt + 1) session.nextFCntUp = fCnt;
      this.#drop('LORAWAN_NOT_STORED', { device: device.config.id });
    } else if (payload) {
      this.#frames.out();
    } else {
      this.#frames.drop('LORAWAN_NO_PAYLOAD');
    }
    return stored;
  }

  async #deliver(uplink: UplinkDecision, before: Promise<boolean> | undefined): Promise<boolean> {
    const { device, session, reception, fCnt, payload } = uplink;
    if (!payload) {
      // Its counter goes to the disk by itself, and not before the frames that came earlier.
      await before;
      session.stored(fCnt);
      return this.#keeper.save(device);
    }
    try {
      await this.#options.sink({
        protocol: 'lorawan',
        device: device.config,
        receivedAt: reception.receivedAt,
        fPort: payload.fPort,
        payload: payload.bytes,
        link: payload.link,
        mark: { key: markKey(device, session), value: fCnt },
      });
      session.stored(fCnt);
      return true;
    } catch (error) {
      this.#log.warn('LORAWAN_NOT_STORED', { error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #drop(code: Parameters<BoundedLog['warn']>[0], fields?: Record<string, unknown>): void {
    this.#frames.drop(code);
    if (!QUIET.has(code)) this.#log.warn(code, fields);
  }

  /** Work that `stop` waits for. A rejection here is a bug and ends the process as one. */
  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }
}

function isRadio(source: LorawanConfig['sources'][number]): source is SourceConfig {
  return source.type === 'semtech-udp' || source.type === 'basics-station';
}

/** What happens all day long on a healthy radio network. */
const QUIET: ReadonlySet<string> = new Set([
  'LORAWAN_DUPLICATE',
  'LORAWAN_RETRANSMISSION',
  'LORAWAN_DEVICE_UNKNOWN',
  'LORAWAN_NO_PAYLOAD',
]);
