import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { Stage } from '../ledger.ts';
import type { Answerer } from './answerer.ts';
import type { DownlinkOrders } from './downlink-orders.ts';
import type { FrameBook } from './frame-book.ts';
import { describeUplink } from './frame-diary.ts';
import { FrameGatherer } from './frame-gatherer.ts';
import type { FrameStore } from './frame-store.ts';
import type { Neighbours } from './home/neighbours.ts';
import type { Decision, UplinkDecision } from './network-server/decision.ts';
import type { HeardFrame } from './network-server/deduplicator.ts';
import type { NetworkServer } from './network-server/network-server.ts';
import type { GatewayStatusLine, Reception } from './radio.ts';
import type { SessionKeeper } from './session-keeper.ts';

export interface FrameReceiverOptions {
  clock: Clock;
  log: BoundedLog;
  /** Where frames are counted. */
  frames: Stage;
  book: FrameBook;
  network: NetworkServer;
  keeper: SessionKeeper;
  store: FrameStore;
  orders: DownlinkOrders;
  neighbours: Neighbours;
  answerer: Answerer;
  /** How long the copies of other antennas are waited for. */
  dedupWindowMs(): number;
  gateways(): GatewayStatusLine[];
}

/** Frames that wait for the disk; beyond, what comes in is dropped and counted. */
const MAX_FRAMES_HELD = 20_000;

/** The path of a frame that came by radio: gather its copies, decide, make it durable, answer. */
export class FrameReceiver {
  readonly #options: FrameReceiverOptions;
  readonly #gatherer: FrameGatherer;
  readonly #work = new Set<Promise<void>>();
  readonly #bug: (cause: unknown) => void;
  #joining = 0;

  constructor(options: FrameReceiverOptions) {
    const { clock, frames, dedupWindowMs, gateways } = options;
    this.#options = options;
    this.#bug = options.log.bug('lorawan frames');
    this.#gatherer = new FrameGatherer({
      ...{ clock, stage: frames, windowMs: dedupWindowMs, gateways },
      onFrame: (frame) => this.#onFrame(frame),
    });
    frames.holds(() => this.#held());
  }

  receive(reception: Reception): void {
    this.#options.frames.in();
    if (this.#held() >= MAX_FRAMES_HELD) this.#options.book.drop('LORAWAN_OVERLOADED');
    else this.#gatherer.add(reception);
  }

  /** Until no copy is waited for. */
  gathered(): Promise<void> {
    return this.#gatherer.settled();
  }

  /** Until all that came in is stored and answered. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** What `settled` waits for. A frame whose work rejects costs itself, never the process. */
  track(work: Promise<void>): void {
    const tracked = work.catch(this.#bug).finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  #held(): number {
    return this.#gatherer.held + this.#options.store.held + this.#joining;
  }

  #onFrame(frame: HeardFrame): void {
    const { clock, network, book, neighbours } = this.#options;
    const decision = network.receive(frame, clock.trusted());
    switch (decision.kind) {
      case 'drop':
        book.drop(decision.code, { device: decision.device, detail: decision.detail });
        this.track(neighbours.notOurs(frame, decision.code));
        return;
      case 'known':
        // Only what a neighbour passes on is known.
        return;
      case 'join':
        neighbours.cap(decision.device);
        this.track(this.#onJoin(decision));
        return;
      case 'uplink':
        this.track(this.#onUplink(decision));
        return;
    }
  }

  async #onJoin({ device, receptions, joinAccept, changes, install }: Decision & { kind: 'join' }): Promise<void> {
    const { keeper, frames, book, neighbours, answerer } = this.#options;
    this.#joining += 1;
    const written = await keeper.write(changes);
    this.#joining -= 1;
    if (!written || !install()) {
      book.drop('LORAWAN_NOT_STORED', { device: device.config.id });
      return;
    }
    frames.out();
    book.note('join', device, 'joined: the session is on the disk');
    // Should this gateway die now, the one that takes over must know the session.
    await neighbours.joined(device);
    await answerer.acceptJoin(device, receptions, joinAccept);
  }

  async #onUplink(uplink: UplinkDecision): Promise<void> {
    const { device, session, retransmission, ack, unread } = uplink;
    const { log, book, orders, store, neighbours, answerer } = this.#options;
    if (unread === 'version 1.1') log.warn('LORAWAN_VERSION_UNSUPPORTED', { device: device.config.id });
    if (retransmission) {
      book.drop('LORAWAN_RETRANSMISSION', { device: device.config.id });
    } else {
      book.note('up', device, describeUplink(uplink));
      orders.heard(device.config.id, ack);
      // It never rejects; the answer waits for it.
      store.store(uplink).catch(this.#bug);
      neighbours.heard(device, session);
    }
    await answerer.answer(uplink, store.latest(device));
    if (session.isAtCeiling) log.warn('LORAWAN_BACKUP_OVERDUE', { device: device.config.id });
  }
}
