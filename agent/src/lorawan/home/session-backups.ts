import { isDeepStrictEqual } from 'node:util';
import { HOME_LEAP } from '@vigie/contract';
import type { Clock } from '../../clock.ts';
import type { Stage } from '../../ledger.ts';
import type { StateChange, StateStore } from '../../state-store.ts';
import type { Device } from '../network-server/device.ts';
import type { SessionKeeper } from '../session-keeper.ts';
import { type BackupReport, BackupSender, type DeviceBackup } from './backup-sender.ts';
import { backupOf } from './handover.ts';
import { HOMES, type HomeState, limitsOf } from './home-state.ts';

const SWEEP_MS = 300_000;
/**
 * Uplink counters alone are told so often: at each sweep where a neighbour may take over while this gateway is cut off,
 * and else rarely, since the fleet server raises them by the frames that it has stored.
 */
const COUNTERS_EVERY_MS = { overlapping: SWEEP_MS, alone: 6 * 3_600_000 };
/** Devices named at once as waiting for their session. */
const MAX_AWAITED = 32;

export interface SessionBackupsOptions {
  clock: Clock;
  state: StateStore;
  keeper: SessionKeeper;
  /** One for each backup of a device: out when it is acknowledged. */
  stage: Stage;
  device(devEui: string): Device | undefined;
}

/**
 * Keeps the fleet server's backup of each device close behind what happens here, and what happens here close ahead of
 * the backup: of downlink counters and join nonces no more is used than `HOME_LEAP` beyond what was acknowledged. A
 * gateway that takes over begins there, so that even two that answer at once never use one twice.
 */
export class SessionBackups {
  readonly #options: SessionBackupsOptions;
  #homes = new Map<string, HomeState>();
  #loading: Promise<void> | undefined;
  #overlaps = false;
  #sweptAtMs: number;
  readonly #sender: BackupSender;
  /** Devices whose uplink counters alone are new. */
  readonly #stale = new Set<string>();
  /** Of devices that are gone from here: sent in place of their state. */
  readonly #finals = new Map<string, DeviceBackup>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: SessionBackupsOptions) {
    this.#options = options;
    const { stage } = options;
    this.#sender = new BackupSender({ stage, entryOf: (devEui) => this.#entryOf(devEui) });
    this.#sweptAtMs = options.clock.monotonicMs();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Whether neighbours hear the same devices, and are told what this gateway hears of theirs. */
  get overlaps(): boolean {
    return this.#overlaps;
  }

  /** Devices whose sessions are on their way here, or should be, as DevEUIs. */
  awaited(devices: Iterable<Device>): string[] {
    const awaited: string[] = [];
    for (const device of devices) {
      if (awaited.length === MAX_AWAITED) break;
      if (this.#awaits(device)) awaited.push(device.devEui);
    }
    return awaited;
  }

  #awaits({ devEui, config }: Device): boolean {
    return (config.lorawan.generation ?? 1) > (this.#homes.get(devEui)?.generation ?? 1);
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const everyMs = this.#overlaps ? COUNTERS_EVERY_MS.overlapping : COUNTERS_EVERY_MS.alone;
    if (nowMs - this.#sweptAtMs < everyMs - SWEEP_MS / 2) return;
    this.#sweptAtMs = nowMs;
    this.#sender.due(this.#stale);
    this.#stale.clear();
  }

  load(): Promise<void> {
    this.#loading ??= this.#options.state.all<HomeState>(HOMES).then(
      (homes) => {
        this.#homes = homes;
      },
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  home(devEui: string): HomeState | undefined {
    return this.#homes.get(devEui);
  }

  /**
   * The devices of a configuration; `overlaps` where neighbours hear them too. What the server may be told of from now
   * on is on the disk before it is.
   */
  async configure(overlaps: boolean, devices: readonly Device[]): Promise<void> {
    this.#overlaps = overlaps;
    const begun: Device[] = [];
    this.#sumUp(new Set(devices.map(({ devEui }) => devEui)));
    for (const device of devices) {
      if (!this.#homes.has(device.devEui) && (device.config.lorawan.generation ?? 1) === 1) begun.push(device);
    }
    if (begun.length > 0) {
      for (const device of begun)
        this.#homes.set(device.devEui, { generation: 1, confirmed: true, ...limitsOf(ownBackup(device)) });
      const changes = begun.map(({ devEui }) => ({ collection: HOMES, key: devEui, value: this.#homes.get(devEui) }));
      await this.#options.keeper.write(changes);
    }
    for (const device of devices) {
      this.cap(device);
      device.sessionBackedUp = device.active?.id;
    }
    const due = devices.filter((device) => overlaps || !this.#isKept(device));
    this.#sender.due([...due.map(({ devEui }) => devEui), ...this.#finals.keys()]);
  }

  /** The server has all of the device but, maybe, uplink counters. */
  #isKept(device: Device): boolean {
    const home = this.#homes.get(device.devEui);
    if (!home?.acknowledged || !home.confirmed || home.released) return false;
    const { kept, keptJoinNonce } = limitsOf(ownBackup(device));
    return keptJoinNonce === home.keptJoinNonce && isDeepStrictEqual(kept, home.kept);
  }

  /** Holds the sessions of a device, new ones too, to what the server can know of. */
  cap(device: Device): void {
    const home = this.#homes.get(device.devEui);
    device.isAway = this.#awaits(device) || home?.released === true;
    // Former fleet servers keep nothing of groups, and acknowledge none.
    const isFree = !device.isAway && (home === undefined || (device.isGroup && !home.acknowledged && home.confirmed));
    const isBarred = device.isAway || home?.confirmed === false;
    const ceilingOf = (kept: number) => (isFree ? Number.POSITIVE_INFINITY : isBarred ? 0 : kept + HOME_LEAP);
    device.joinCeiling = ceilingOf(home?.keptJoinNonce ?? 0);
    for (const session of device.everySession()) {
      const kept = home?.kept[session.id];
      // What a former home told the server is handed to the next one too, until the server knows that it is here.
      session.ceiling = kept === undefined && session.isAdopted ? 0 : ceilingOf(kept ?? 0);
    }
  }

  /** Something happened that a gateway which takes over must know soon. */
  changed(device: Device): void {
    this.cap(device);
    this.#sender.due([device.devEui]);
  }

  heard(device: Device): void {
    if (device.sessionBackedUp === device.active?.id) this.#stale.add(device.devEui);
    else this.changed(device);
    device.sessionBackedUp = device.active?.id;
  }

  /** As `changed`; resolves when the server has it, at once while it is out of reach. */
  async reach(device: Device, withinMs: number): Promise<void> {
    this.changed(device);
    await this.#sender.reach(device.devEui, withinMs);
  }

  /**
   * Devices that stand in the configuration no more: the server gets their last state, once, whatever happens to this
   * process meanwhile. It may be the only one to know of a join.
   */
  #sumUp(present: ReadonlySet<string>): void {
    this.#finals.clear();
    for (const [devEui, { told: _before, ...home }] of this.#homes) {
      if (present.has(devEui)) {
        this.#homes.set(devEui, home);
        continue;
      }
      const backup = this.#homes.get(devEui)?.told === true ? undefined : this.#options.keeper.lastOf(devEui);
      if (!backup || !home.confirmed) continue;
      this.#finals.set(devEui, { devEui, generation: home.generation, released: true, gone: true, backup });
    }
  }

  /** Notes on the disk that the device is released; its last backup goes out. */
  async released(device: Device): Promise<void> {
    const home = this.#homes.get(device.devEui);
    if (!home) return;
    await this.#options.keeper.write(this.#note(device.devEui, { ...home, released: true }));
    this.changed(device);
  }

  /** `home` is on the disk, together with the session that came with it. */
  imported(devEui: string, home: HomeState): void {
    this.#homes.set(devEui, home);
  }

  up(send: (report: BackupReport) => void): void {
    this.#sender.up(send);
    // Where nobody else may take over meanwhile, what was acknowledged before need not be said again.
    const open = [...this.#homes].filter(([, { confirmed, released }]) => this.#overlaps || !confirmed || released);
    this.#sender.due(open.map(([devEui]) => devEui));
  }

  down(): void {
    this.#sender.down();
  }

  stop(): void {
    clearInterval(this.#sweeper);
    this.#sender.stop();
  }

  /** The server's word on a message. */
  async kept(number: number, stale: readonly string[]): Promise<void> {
    const changes: StateChange[] = [];
    this.#sender.kept(number, stale, (entry, isStale) => changes.push(...this.#taken(entry, isStale)));
    // Nothing depends on it: what is not on the disk is a lower limit after the next start.
    if (changes.length > 0) await this.#options.keeper.write(changes);
  }

  /** What the server's word on a backup changes on the disk. */
  #taken(entry: DeviceBackup, isStale: boolean): StateChange[] {
    const { devEui } = entry;
    const home = this.#homes.get(devEui);
    if (home && this.#finals.get(devEui) === entry) {
      this.#finals.delete(devEui);
      return this.#note(devEui, { ...home, told: true });
    }
    if (isStale || !home || home.generation !== entry.generation || entry.released) return [];
    const changes = this.#note(devEui, { ...home, confirmed: true, acknowledged: true, ...limitsOf(entry.backup) });
    const device = this.#options.device(devEui);
    if (device) this.cap(device);
    return changes;
  }

  #note(devEui: string, home: HomeState): StateChange[] {
    this.#homes.set(devEui, home);
    return [{ collection: HOMES, key: devEui, value: home }];
  }

  #entryOf(devEui: string): DeviceBackup | undefined {
    this.#stale.delete(devEui);
    const final = this.#finals.get(devEui);
    if (final) return final;
    const device = this.#options.device(devEui);
    const home = this.#homes.get(devEui);
    // Of a generation that has not come here yet there is nothing to say.
    if (!device || !home || this.#awaits(device)) return undefined;
    const { generation, released } = home;
    return { devEui, generation, ...(released && { released }), backup: ownBackup(device) };
  }
}

function ownBackup(device: Device): DeviceBackup['backup'] {
  return backupOf(device.sessionStates(), device.joinState());
}
