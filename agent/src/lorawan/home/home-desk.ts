import { describeViolations, HomeOrder, type HomeReport, PROTOCOL_VERSION, validate } from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Device } from '../network-server/device.ts';
import { JOINS, SESSIONS } from '../network-server/join.ts';
import { Session } from '../network-server/session.ts';
import type { SessionKeeper } from '../session-keeper.ts';
import { backupOf, beginningOf, type ImportOrder, stateOf } from './handover.ts';
import { HOMES, type HomeState } from './home-state.ts';
import type { SessionBackups } from './session-backups.ts';

type PassedFrame = Extract<HomeOrder, { kind: 'frames' }>['frames'][number];
type FrameOutcome = Extract<HomeReport, { kind: 'frames' }>['done'][number]['outcome'];

/** What became of a frame that a neighbour heard; undefined where it could not be stored and must come again. */
export type PassedOutcome = { outcome: FrameOutcome; devEui?: string } | undefined;

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
  readonly #bug: (cause: unknown) => void;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: HomeDeskOptions) {
    this.#options = options;
    this.#bug = options.log.bug('lorawan home');
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
    const order = checked.value;
    if (order.kind === 'kept') this.#options.backups.kept(order.number, order.stale).catch(this.#bug);
    else this.#work = this.#work.then(() => this.#carryOut(order)).catch(this.#bug);
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

  async #import(order: ImportOrder): Promise<void> {
    const { backups, keeper, log } = this.#options;
    const { devEui, generation } = order;
    // It may come before the document that brings the device: then there is no frame that it comes too late for.
    await keeper.load();
    await backups.load();
    const known = backups.home(devEui)?.generation ?? 1;
    if (generation > known) {
      const here = this.#options.device(devEui);
      const own = here ? backupOf(here.sessionStates(), here.joinState()) : keeper.lastOf(devEui);
      const { sessions, join } = beginningOf(order, own, here?.keyCheck);
      const home: HomeState = { generation, confirmed: false, kept: {}, keptJoinNonce: 0 };
      if (!(await keeper.adopt(devEui, sessions, join, { collection: HOMES, key: devEui, value: home }))) {
        log.warn('LORAWAN_NOT_STORED', { devEui });
        return;
      }
      backups.imported(devEui, home);
      const device = this.#options.device(devEui);
      if (device) {
        device.adopt(sessions, join);
        keeper.advance(device);
        this.#options.replaced(device);
      }
    }
    const device = this.#options.device(devEui);
    // What was said of it may have been lost: said again it does no harm.
    if (device) backups.changed(device);
  }

  /** Sessions that a former home joined while nobody could know: a frame tells whether one of them is in use. */
  async #adopt({ devEui, generation, sessions, usedDevNonces }: Extract<HomeOrder, { kind: 'adopt' }>): Promise<void> {
    const { backups, keeper } = this.#options;
    const device = this.#options.device(devEui);
    if (!device || device.isAway || backups.home(devEui)?.generation !== generation) return;
    device.recall(usedDevNonces);
    for (const session of sessions) device.addStray(Session.restore({ ...stateOf(session, 0), adopted: true }));
    keeper.advance(device);
    this.#options.replaced(device);
    await keeper.write([
      { collection: JOINS, key: devEui, value: device.joinState() },
      { collection: SESSIONS, key: devEui, value: device.sessionStates() },
    ]);
    backups.changed(device);
  }
}
