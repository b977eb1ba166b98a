import { isDeepStrictEqual } from 'node:util';
import { HOME_LEAP, type HomeReport, MAX_BACKUP_DEVICES, PROTOCOL_VERSION } from '@vigie/contract';
import type { Clock } from '../../clock.ts';
import type { Stage } from '../../ledger.ts';
import type { StateChange, StateStore } from '../../state-store.ts';
import type { Device } from '../network-server/device.ts';
import type { SessionKeeper } from '../session-keeper.ts';
import { backupOf } from './handover.ts';
import { HOMES, type HomeState, limitsOf } from './home-state.ts';

export type BackupReport = Extract<HomeReport, { kind: 'backup' }>;
type DeviceBackup = BackupReport['devices'][number];

const GATHER_MS = 50;
const RESEND_MS = 15_000;
/** A message stays well below what the fleet server takes at once, whatever DevNonces its devices have used. */
const MAX_REPORT_BYTES = 262_144;
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

interface InFlight {
  number: number;
  devices: DeviceBackup[];
  waiting: (() => void)[];
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
  #send: ((report: BackupReport) => void) | undefined;
  #number = 0;
  #inFlight: InFlight | undefined;
  readonly #dirty = new Set<string>();
  /** Devices whose uplink counters alone are new. */
  readonly #stale = new Set<string>();
  /** The session that was in use when the device was last heard. */
  readonly #inUse = new WeakMap<Device, string | undefined>();
  /** Of devices that are gone from here: sent in place of their state. */
  readonly #finals = new Map<string, DeviceBackup>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;
  #resend: NodeJS.Timeout | undefined;
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: SessionBackupsOptions) {
    this.#options = options;
    options.stage.holds(() => this.#inFlight?.devices.length ?? 0);
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
    for (const devEui of this.#stale) this.#dirty.add(devEui);
    this.#stale.clear();
    this.#flushSoon();
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
      this.#inUse.set(device, device.active?.id);
      if (overlaps || !this.#isKept(device)) this.#dirty.add(device.devEui);
    }
    this.#flushSoon();
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
    this.#dirty.add(device.devEui);
    this.#flushSoon();
  }

  heard(device: Device): void {
    if (this.#inUse.get(device) === device.active?.id) this.#stale.add(device.devEui);
    else this.changed(device);
    this.#inUse.set(device, device.active?.id);
  }

  /** As `changed`; resolves when the server has it, at once while it is out of reach. */
  async reach(device: Device, withinMs: number): Promise<void> {
    this.changed(device);
    if (!this.#send) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.set(device.devEui, [...(this.#waiting.get(device.devEui) ?? []), done]);
    });
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
      this.#dirty.add(devEui);
    }
  }

  /** Notes on the disk that the device is released; its last backup goes out. */
  async released(device: Device): Promise<void> {
    const home = this.#homes.get(device.devEui);
    if (!home) return;
    await this.#put(device.devEui, { ...home, released: true });
    this.changed(device);
  }

  /** `home` is on the disk, together with the session that came with it. */
  imported(devEui: string, home: HomeState): void {
    this.#homes.set(devEui, home);
  }

  up(send: (report: BackupReport) => void): void {
    this.#send = send;
    // Where nobody else may take over meanwhile, what was acknowledged before need not be said again.
    for (const [devEui, { confirmed, released }] of this.#homes) {
      if (this.#overlaps || !confirmed || released) this.#dirty.add(devEui);
    }
    this.#flushSoon();
  }

  down(): void {
    this.#send = undefined;
    this.#takeBack('CONNECTION_LOST');
    this.#releaseWaiting();
  }

  stop(): void {
    clearInterval(this.#sweeper);
    clearTimeout(this.#timer);
    clearTimeout(this.#resend);
    this.down();
  }

  /** The server's word on a message. */
  async kept(number: number, stale: readonly string[]): Promise<void> {
    const sent = this.#inFlight;
    if (sent?.number !== number) return;
    clearTimeout(this.#resend);
    this.#inFlight = undefined;
    const changes = sent.devices.flatMap((entry): StateChange[] => {
      const isStale = stale.includes(entry.devEui);
      if (isStale) this.#options.stage.drop('LORAWAN_HOME_ELSEWHERE');
      else this.#options.stage.out();
      const home = this.#homes.get(entry.devEui);
      if (home && this.#finals.get(entry.devEui) === entry) {
        this.#finals.delete(entry.devEui);
        const told = { ...home, told: true };
        this.#homes.set(entry.devEui, told);
        return [{ collection: HOMES, key: entry.devEui, value: told }];
      }
      if (isStale || !home || home.generation !== entry.generation || entry.released) return [];
      const next = { ...home, confirmed: true, acknowledged: true, ...limitsOf(entry.backup) };
      this.#homes.set(entry.devEui, next);
      const device = this.#options.device(entry.devEui);
      if (device) this.cap(device);
      return [{ collection: HOMES, key: entry.devEui, value: next }];
    });
    for (const done of sent.waiting) done();
    this.#flushSoon();
    // Nothing depends on it: what is not on the disk is a lower limit after the next start.
    if (changes.length > 0) await this.#options.keeper.write(changes);
  }

  #put(devEui: string, home: HomeState): Promise<boolean> {
    this.#homes.set(devEui, home);
    return this.#options.keeper.write([{ collection: HOMES, key: devEui, value: home }]);
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, GATHER_MS).unref();
  }

  #flush(): void {
    if (!this.#send || this.#inFlight || this.#dirty.size === 0) return;
    const sent: InFlight = { number: ++this.#number, devices: [], waiting: [] };
    let bytes = 0;
    for (const devEui of this.#dirty) {
      if (sent.devices.length === MAX_BACKUP_DEVICES || bytes > MAX_REPORT_BYTES) break;
      this.#dirty.delete(devEui);
      this.#stale.delete(devEui);
      sent.waiting.push(...(this.#waiting.get(devEui) ?? []));
      this.#waiting.delete(devEui);
      const entry = this.#finals.get(devEui) ?? this.#entryOf(devEui);
      if (!entry) continue;
      sent.devices.push(entry);
      bytes += JSON.stringify(entry).length;
    }
    if (sent.devices.length === 0) {
      for (const done of sent.waiting) done();
      if (this.#dirty.size > 0) this.#flushSoon();
      return;
    }
    this.#options.stage.in(sent.devices.length);
    this.#inFlight = sent;
    this.#resend = setTimeout(() => {
      this.#takeBack('ACKNOWLEDGEMENT_TIMEOUT');
      this.#flushSoon();
    }, RESEND_MS).unref();
    this.#send({ v: PROTOCOL_VERSION, kind: 'backup', number: sent.number, devices: sent.devices });
  }

  #entryOf(devEui: string): DeviceBackup | undefined {
    const device = this.#options.device(devEui);
    const home = this.#homes.get(devEui);
    // Of a generation that has not come here yet there is nothing to say.
    if (!device || !home || this.#awaits(device)) return undefined;
    const { generation, released } = home;
    return { devEui, generation, ...(released && { released }), backup: ownBackup(device) };
  }

  #takeBack(reason: string): void {
    clearTimeout(this.#resend);
    const sent = this.#inFlight;
    this.#inFlight = undefined;
    if (!sent) return;
    this.#options.stage.drop(reason, sent.devices.length);
    for (const { devEui } of sent.devices) this.#dirty.add(devEui);
    for (const done of sent.waiting) done();
  }

  #releaseWaiting(): void {
    for (const waiting of this.#waiting.values()) for (const done of waiting) done();
    this.#waiting.clear();
  }
}

function ownBackup(device: Device): DeviceBackup['backup'] {
  return backupOf(device.sessionStates(), device.joinState());
}
