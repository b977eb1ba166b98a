import type { LorawanBackup } from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import type { StateChange, StateStore } from '../state-store.ts';
import { backupOf } from './home/handover.ts';
import type { Device, DeviceSessions, JoinState } from './network-server/device.ts';
import { JOINS, SESSIONS } from './network-server/join.ts';
import type { Session } from './network-server/session.ts';

/** The outbox holds the exact counter; this much may be heard again should the outbox itself be lost. */
const UPLINKS_BETWEEN_SAVES = 32;

/** Keeps sessions on the disk: loads them, reserves downlink counters ahead, saves uplink counters now and then. */
export class SessionKeeper {
  readonly #state: StateStore;
  readonly #log: BoundedLog;
  readonly #bug: (cause: unknown) => void;
  readonly #reservations = new WeakMap<Session, Promise<void>>();
  readonly #unsaved = new WeakMap<Session, number>();
  #loading: Promise<void> | undefined;
  #sessions: Map<string, DeviceSessions> | undefined;
  #joins = new Map<string, JoinState>();
  #watermarks: ReadonlyMap<string, number> = new Map();

  #gathered: StateChange[] = [];
  /** The write under way, and the one that waits for its end. */
  #current: Promise<boolean> = Promise.resolve(true);
  #next: Promise<boolean> | undefined;

  constructor(state: StateStore, log: BoundedLog) {
    this.#state = state;
    this.#log = log;
    this.#bug = log.bug('lorawan sessions');
  }

  /** Uplink counters that the outbox holds, by `markKey`. */
  watermarks(latest: ReadonlyMap<string, number>): void {
    this.#watermarks = latest;
  }

  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#joins = await this.#state.all<JoinState>(JOINS);
    this.#sessions = await this.#state.all<DeviceSessions>(SESSIONS);
  }

  /** What the disk has of a device; its uplink counter is the later one of session and outbox. */
  restore(device: Device): void {
    device.restore(this.#sessions?.get(device.devEui), this.#joins.get(device.devEui));
    this.advance(device);
  }

  /** Past what the outbox holds. */
  advance(device: Device): void {
    for (const session of device.everySession()) {
      const stored = this.#watermarks.get(markKey(device, session));
      if (stored !== undefined) session.advanceTo(stored);
    }
  }

  /** Reserves downlink counters where they run low. */
  reserve(device: Device, session: Session): Promise<void> {
    const limit = session.reserve();
    if (limit !== undefined) {
      const written = this.save(device).then((ok) => (ok ? session.grant(limit) : session.withdraw()));
      this.#reservations.set(session, written);
    }
    return this.#reservations.get(session) ?? Promise.resolve();
  }

  /** A frame was accepted: sees to it that downlink counters are there when they are needed. */
  heard(device: Device, session: Session): void {
    if (session === device.active && session.isReservationDue) this.reserve(device, session).catch(this.#bug);
    const unsaved = (this.#unsaved.get(session) ?? 0) + 1;
    this.#unsaved.set(session, unsaved);
    if (unsaved >= UPLINKS_BETWEEN_SAVES) this.save(device).catch(this.#bug);
  }

  /** True when the sessions of the device are on the disk as they are now. */
  async save(device: Device): Promise<boolean> {
    for (const session of device.everySession()) this.#unsaved.set(session, 0);
    return this.write([{ collection: SESSIONS, key: device.devEui, value: device.sessionStates() }]);
  }

  /** What another gateway knew of a device takes the place of what was known here. */
  adopt(devEui: string, sessions: DeviceSessions, join: JoinState, more: StateChange): Promise<boolean> {
    this.#sessions?.set(devEui, sessions);
    this.#joins.set(devEui, join);
    return this.write([
      { collection: SESSIONS, key: devEui, value: sessions },
      { collection: JOINS, key: devEui, value: join },
      more,
    ]);
  }

  /** The same, and what the session's device was told counts as kept. */
  async saveSettings(device: Device, session: Session): Promise<boolean> {
    const { version } = session.mac;
    const isKept = await this.save(device);
    if (isKept) session.mac.saved(version);
    return isKept;
  }

  /** What the disk has of a device that was let go. */
  lastOf(devEui: string): LorawanBackup | undefined {
    const sessions = this.#sessions?.get(devEui);
    return sessions && backupOf(sessions, this.#joins.get(devEui));
  }

  /**
   * The devices are let go: nothing reserved is wasted, and should they come back, they go on where they were. Those that
   * `left` the document, and did not move to another home, may then use any DevNonce.
   */
  async release(devices: readonly Device[], { left = false } = {}): Promise<void> {
    if (devices.length === 0) return;
    const changes = devices.flatMap((device) => {
      const sessions = device.rest();
      const join: JoinState = { ...device.joinState(), ...(left && !device.isAway && { left }) };
      this.#sessions?.set(device.devEui, sessions);
      this.#joins.set(device.devEui, join);
      const ofJoin = { collection: JOINS, key: device.devEui, value: join };
      return [{ collection: SESSIONS, key: device.devEui, value: sessions }, ...(left ? [ofJoin] : [])];
    });
    await this.write(changes);
  }

  /** The DevNonces that a device may use are on the disk as they are now. */
  saveJoins(device: Device): Promise<boolean> {
    return this.write([{ collection: JOINS, key: device.devEui, value: device.joinState() }]);
  }

  /**
   * False when the disk refused; that is logged. What comes while a write is under way goes together into the next one:
   * on a slow disk many devices then wait for two writes at most.
   */
  write(changes: readonly StateChange[]): Promise<boolean> {
    this.#gathered.push(...changes);
    this.#next ??= this.#current.then(() => {
      const batch = this.#gathered;
      this.#gathered = [];
      this.#next = undefined;
      this.#current = this.#commit(batch);
      return this.#current;
    });
    return this.#next;
  }

  async #commit(changes: readonly StateChange[]): Promise<boolean> {
    try {
      await this.#state.write(changes);
      return true;
    } catch (error) {
      this.#log.warn('LORAWAN_NOT_STORED', { error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }
}

/** Under which the outbox keeps the uplink counter of a session. */
export function markKey(device: Device, session: Session): string {
  return `lorawan/${device.devEui}/${session.id}`;
}
