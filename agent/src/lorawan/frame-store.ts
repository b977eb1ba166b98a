import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { MessageSink } from '../device-message.ts';
import type { Stage } from '../ledger.ts';
import type { UplinkDecision } from './network-server/decision.ts';
import type { Device } from './network-server/device.ts';
import { markKey, type SessionKeeper } from './session-keeper.ts';

export interface FrameStoreOptions {
  clock: Clock;
  log: BoundedLog;
  keeper: SessionKeeper;
  sink: MessageSink;
  /** Where frames are counted. */
  stage: Stage;
}

/** Sees to it that a frame and its counter become durable together. */
export class FrameStore {
  readonly #options: FrameStoreOptions;
  readonly #latest = new WeakMap<Device, Promise<boolean>>();
  #held = 0;
  #lastMs = 0;

  constructor(options: FrameStoreOptions) {
    this.#options = options;
  }

  /** Frames that wait for the disk. */
  get held(): number {
    return this.#held;
  }

  /** How long the last frame took to become durable. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Whether the last frame of the device is durable; true where none was heard since the start. */
  latest(device: Device): Promise<boolean> {
    return this.#latest.get(device) ?? Promise.resolve(true);
  }

  /** Resolves to true when the frame and its counter are durable. Never rejects. */
  store(uplink: UplinkDecision): Promise<boolean> {
    const stored = this.#store(uplink, this.latest(uplink.device));
    this.#latest.set(uplink.device, stored);
    return stored;
  }

  async #store(uplink: UplinkDecision, before: Promise<boolean>): Promise<boolean> {
    const { device, session, fCnt, payload, changes } = uplink;
    const { clock, keeper, stage, log } = this.#options;
    this.#held += 1;
    const startedMs = clock.monotonicMs();
    const stored = (!changes || (await keeper.write(changes))) && (await this.#deliver(uplink, before));
    this.#lastMs = clock.monotonicMs() - startedMs;
    this.#held -= 1;
    if (!stored) {
      // The device may send it again, and then it is new.
      if (uplink.isLate) session.giveBackMissed(fCnt);
      else if (session.nextFCntUp === fCnt + 1) session.nextFCntUp = fCnt;
      stage.drop('LORAWAN_NOT_STORED');
      log.warn('LORAWAN_NOT_STORED', { device: device.config.id });
    } else if (payload) {
      stage.out();
    } else {
      stage.drop('LORAWAN_NO_PAYLOAD');
    }
    return stored;
  }

  async #deliver(uplink: UplinkDecision, before: Promise<boolean>): Promise<boolean> {
    const { device, session, reception, fCnt, payload } = uplink;
    const { keeper, sink, log } = this.#options;
    if (!payload) {
      // Its counter goes to the disk by itself, and not before the frames that came earlier.
      await before;
      if (!uplink.isLate) session.stored(fCnt);
      return keeper.save(device);
    }
    try {
      await sink({
        protocol: 'lorawan',
        device: device.config,
        receivedAt: reception.receivedAt,
        fPort: payload.fPort,
        payload: payload.bytes,
        link: payload.link,
        mark: { key: markKey(device, session), value: fCnt },
        ...(uplink.isLate && { isLate: true }),
      });
      if (!uplink.isLate) session.stored(fCnt);
      // That its counter is not missing any more is not in the outbox: a crash before this is undone by the fleet server.
      // What a new frame passed over goes with the next save: before that all since the last one count as passed over.
      if (uplink.isLate) keeper.save(device).catch(log.bug('lorawan sessions'));
      return true;
    } catch (error) {
      log.warn('LORAWAN_NOT_STORED', { error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }
}
