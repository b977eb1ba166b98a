import type { ErrorCode, FrameRecord } from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import type { Ledger, Stage } from '../../ledger.ts';
import type { StateStore } from '../../state-store.ts';
import type { DownlinkOrders } from '../downlink-orders.ts';
import type { FrameBook } from '../frame-book.ts';
import { describeUplink } from '../frame-diary.ts';
import type { FrameStore } from '../frame-store.ts';
import type { HeardFrame } from '../network-server/deduplicator.ts';
import type { Device } from '../network-server/device.ts';
import type { NetworkServer } from '../network-server/network-server.ts';
import type { Session } from '../network-server/session.ts';
import type { SessionKeeper } from '../session-keeper.ts';
import { FramePasser } from './frame-passer.ts';
import { HomeDesk, type PassedOutcome } from './home-desk.ts';
import { passedFrame } from './passed-frame.ts';
import { SessionBackups } from './session-backups.ts';

export interface NeighboursOptions {
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  state: StateStore;
  /** Where frames are counted. */
  frames: Stage;
  book: FrameBook;
  network: NetworkServer;
  keeper: SessionKeeper;
  store: FrameStore;
  orders: DownlinkOrders;
  /** Resolves to true when the frame is on the disk, on its way to the fleet server. */
  passOn(record: FrameRecord): Promise<boolean>;
}

/** A join-accept leaves 5 s after its request: so long it may wait for the fleet server's backup. */
const JOIN_BACKUP_MS = 1_500;

/** What may be said to a neighbouring gateway, and is passed on where gateways overlap. */
const OTHERS: ReadonlySet<string> = new Set([
  'LORAWAN_DEVICE_UNKNOWN',
  'LORAWAN_DEVEUI_MISMATCH',
  'LORAWAN_MIC_INVALID',
  'LORAWAN_HOME_ELSEWHERE',
]);

/** All that this gateway has to do with those that hear the same devices. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #passer: FramePasser;
  readonly #backups: SessionBackups;
  readonly desk: HomeDesk;
  #isConfigured = false;

  constructor(options: NeighboursOptions) {
    const { clock, ledger, log, state, network, keeper, store } = options;
    this.#options = options;
    this.#passer = new FramePasser({ clock, stage: ledger.stage('lorawan.passed'), store: options.passOn });
    const device = (devEui: string) => network.deviceOf(devEui);
    this.#backups = new SessionBackups({ clock, state, keeper, stage: ledger.stage('lorawan.backups'), device });
    this.desk = new HomeDesk({
      ...{ backups: this.#backups, keeper, log, device },
      hear: ({ heardBy, frame }) => this.#hear(passedFrame(frame, heardBy, clock)),
      settled: (of) => store.latest(of),
      replaced: (of) => network.reindex(of),
    });
  }

  load(): Promise<void> {
    return this.#backups.load();
  }

  /** Devices whose sessions are on their way here, or should be, as DevEUIs; a few at a time. */
  awaited(): string[] {
    return this.#backups.awaited(this.#options.network.devices());
  }

  /** The network server has its devices; `overlaps` where their frames and sessions are told. */
  configure(overlaps: boolean): Promise<void> {
    this.#isConfigured = true;
    return this.#backups.configure(overlaps, [...this.#options.network.devices()]);
  }

  stop(): Promise<void> {
    return this.desk.stop();
  }

  /** A frame that is not answered here, with the reason. */
  async notOurs(frame: HeardFrame, code: ErrorCode): Promise<void> {
    if (this.#backups.overlaps && OTHERS.has(code)) await this.#passer.pass(frame, this.#options.network.netId);
  }

  /** Holds a session that was just offered to what another gateway can know of. */
  cap(device: Device): void {
    this.#backups.cap(device);
  }

  /** What another gateway would go on with is another. */
  changed(device: Device): void {
    this.#backups.changed(device);
  }

  /** Should this gateway die now, the one that takes over must know the session: resolves when it can, or soon. */
  joined(device: Device): Promise<void> {
    return this.#backups.reach(device, JOIN_BACKUP_MS);
  }

  heard(device: Device, session: Session): void {
    this.#backups.heard(device);
    if (session === device.active && session.isReservationDue)
      this.reserve(device, session).catch(this.#options.log.bug('lorawan sessions'));
    this.#options.keeper.heard(device, session);
  }

  /** The block is in force when it is on the disk; the fleet server is told of it at once. */
  reserve(device: Device, session: Session): Promise<void> {
    const isDue = session.isReservationDue;
    const written = this.#options.keeper.reserve(device, session);
    if (isDue) this.#backups.changed(device);
    return written;
  }

  /** What the device was told goes to the disk, and at once to where another gateway can take over from. */
  keepSettings(device: Device, session: Session): Promise<boolean> {
    const kept = this.#options.keeper.saveSettings(device, session);
    this.#backups.changed(device);
    return kept;
  }

  /** What a neighbour heard is taken like what was heard here, but never answered. */
  async #hear(frame: HeardFrame): Promise<PassedOutcome> {
    const { frames, network, orders, store, book } = this.#options;
    // A box that does not know its devices yet has no word on their frames.
    if (!this.#isConfigured) return undefined;
    frames.in();
    const decision = network.receive(frame, false);
    switch (decision.kind) {
      case 'uplink': {
        const { device, session, isLate, ack } = decision;
        book.note('up', device, `${describeUplink(decision)}, heard by ${frame.passedBy}`);
        if (!isLate && session === device.active) orders.heard(device.config.id, ack);
        const stored = store.store(decision);
        this.heard(device, session);
        return (await stored) ? { outcome: 'new', devEui: device.devEui } : undefined;
      }
      case 'known': {
        const { device, fCnt } = decision;
        const what = fCnt === undefined ? 'a join-request' : `uplink ${fCnt}`;
        book.drop('LORAWAN_HEARD_ELSEWHERE', { device: device.config.id, detail: `${what} by ${frame.passedBy}` });
        return { outcome: 'known', devEui: device.devEui };
      }
      case 'drop':
        book.drop(decision.code, { device: decision.device, detail: decision.detail });
        // Its device is on the way to another home, or its session on the way here: it comes again.
        return decision.code === 'LORAWAN_HOME_ELSEWHERE' ? undefined : { outcome: 'refused' };
      case 'join':
        throw new Error('a join-request that was passed on is never answered');
    }
  }
}
