import {
  describeViolations,
  HomeOrder,
  type HomeReport,
  type LorawanSession,
  PROTOCOL_VERSION,
  validate,
} from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Device, DeviceSessions, JoinState } from '../network-server/device.ts';
import { JOINS, SESSIONS } from '../network-server/join.ts';
import { Session, type SessionState } from '../network-server/session.ts';
import type { SessionKeeper } from '../session-keeper.ts';
import { HOMES, type HomeState, type SessionBackups } from './session-backups.ts';

type PassedFrame = Extract<HomeOrder, { kind: 'frames' }>['frames'][number];
type FrameOutcome = Extract<HomeReport, { kind: 'frames' }>['done'][number]['outcome'];
type Import = Extract<HomeOrder, { kind: 'import' }>;

/** What became of a frame that a neighbour heard; undefined where it could not be stored and must come again. */
export type PassedOutcome = { outcome: FrameOutcome; devEui?: string } | undefined;

const MAX_JOIN_NONCE = 0xff_ffff;

export interface HomeDeskOptions {
  backups: SessionBackups;
  keeper: SessionKeeper;
  log: BoundedLog;
  device(devEui: string): Device | undefined;
  /** Takes a frame as if it had been heard here, without ever answering it. */
  hear(frame: PassedFrame): Promise<PassedOutcome>;
  /** Resolves when all that was heard of the device is on the disk. */
  settled(device: Device): Promise<unknown>;
  /** The sessions of the device were replaced. */
  replaced(device: Device): void;
}

/** What the fleet server and this gateway say to each other of who answers which device. */
export class HomeDesk {
  readonly #options: HomeDeskOptions;
  #send: ((report: HomeReport) => void) | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: HomeDeskOptions) {
    this.#options = options;
  }

  up(send: (report: HomeReport) => void): void {
    this.#send = send;
    this.#options.backups.up(send);
  }

  down(): void {
    this.#send = undefined;
    this.#options.backups.down();
  }

  /** A message on the leaf `home/order`, as parsed JSON; false where it is nonsense. Orders are carried out in turn. */
  receive(message: unknown): boolean {
    const checked = validate(HomeOrder, message);
    if (!checked.ok) {
      this.#options.log.warn('MESSAGE_INVALID', { leaf: 'home/order', detail: describeViolations(checked.violations) });
      return false;
    }
    // A device in front of its receive window may be waiting for this one.
    if (checked.value.kind === 'kept') void this.#options.backups.kept(checked.value.number, checked.value.stale);
    else this.#work = this.#work.then(() => this.#carryOut(checked.value));
    return true;
  }

  async stop(): Promise<void> {
    await this.#work;
    this.#options.backups.stop();
  }

  async #carryOut(order: HomeOrder): Promise<void> {
    switch (order.kind) {
      case 'frames':
        return this.#hearAll(order.frames);
      case 'release':
        return this.#release(order.devEui, order.generation);
      case 'import':
        return this.#import(order);
      case 'adopt':
        return this.#adopt(order);
    }
  }

  async #hearAll(frames: readonly PassedFrame[]): Promise<void> {
    const outcomes = await Promise.all(frames.map((frame) => this.#options.hear(frame)));
    const done = outcomes.flatMap((outcome, index) => {
      const id = frames[index]?.id;
      return outcome && id !== undefined ? [{ id, ...outcome }] : [];
    });
    if (done.length > 0) this.#send?.({ v: PROTOCOL_VERSION, kind: 'frames', done });
  }

  async #release(devEui: string, generation: number): Promise<void> {
    const { backups, keeper } = this.#options;
    const device = this.#options.device(devEui);
    if (!device || backups.home(devEui)?.generation !== generation) return;
    if (!device.isAway) {
      device.isAway = true;
      await this.#options.settled(device);
      // Nothing that is under way can take a downlink counter after this.
      await keeper.release([device]);
    }
    await backups.released(device);
  }

  async #import(order: Import): Promise<void> {
    const { backups, keeper, log } = this.#options;
    const { devEui, generation, leap, backup } = order;
    const known = backups.home(devEui)?.generation ?? 1;
    const device = this.#options.device(devEui);
    if (generation > known) {
      const sessions: DeviceSessions = {
        keyCheck: backup.keyCheck,
        ...(backup.active && { active: leapt(backup.active, leap) }),
        ...(backup.pending && { pending: leapt(backup.pending, leap) }),
      };
      const nextJoinNonce = Math.min(MAX_JOIN_NONCE, backup.join.nextJoinNonce + leap);
      const join: JoinState = { ...backup.join, nextJoinNonce };
      const home: HomeState = { generation, confirmed: false, kept: {}, keptJoinNonce: 0 };
      if (!(await keeper.adopt(devEui, sessions, join, { collection: HOMES, key: devEui, value: home }))) {
        log.warn('LORAWAN_NOT_STORED', { devEui });
        return;
      }
      backups.imported(devEui, home);
      if (device) {
        device.adopt(sessions, join);
        keeper.advance(device);
        this.#options.replaced(device);
      }
    }
    // What was said of it may have been lost: said again it does no harm.
    if (device) backups.changed(device);
  }

  /** A session that the last home joined while nobody could know: it is used when a frame comes under its keys. */
  async #adopt({ devEui, generation, session, usedDevNonces }: Extract<HomeOrder, { kind: 'adopt' }>): Promise<void> {
    const { backups, keeper } = this.#options;
    const device = this.#options.device(devEui);
    if (!device || device.isAway || backups.home(devEui)?.generation !== generation) return;
    device.recall(usedDevNonces);
    const isKnown = device.sessions().some(({ id }) => id === session.id);
    // While an own join-accept is out, its session comes first; this order comes again.
    if (!isKnown && !device.pending && !device.offered) {
      device.pending = Session.restore(leapt(session, 0));
      keeper.advance(device);
      this.#options.replaced(device);
    }
    await keeper.write([
      { collection: JOINS, key: devEui, value: device.joinState() },
      { collection: SESSIONS, key: devEui, value: device.sessionStates() },
    ]);
    backups.changed(device);
  }
}

/** What the last home may have used without anybody knowing counts as used. */
function leapt(session: LorawanSession, leap: number): SessionState {
  const { fCntDownLimit, ...rest } = session;
  // A session travels whole: all that its home had on its own disk.
  return { ...(rest as Omit<SessionState, 'fCntDownLimit'>), fCntDownLimit: fCntDownLimit + leap };
}
