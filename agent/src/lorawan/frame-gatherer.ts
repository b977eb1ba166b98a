import type { Clock } from '../clock.ts';
import type { Stage } from '../ledger.ts';
import { Deduplicator, type HeardFrame } from './network-server/deduplicator.ts';
import type { GatewayStatusLine, Reception } from './radio.ts';

/** A gateway that was not heard for so long is not waited for: forwarders send at least every 30 s. */
const GATEWAY_ALIVE_MS = 45_000;

export interface FrameGathererOptions {
  clock: Clock;
  /** Where receptions are counted: one goes on, its copies are dropped. */
  stage: Stage;
  windowMs(): number;
  gateways(): GatewayStatusLine[];
  /** All copies are in, or the wait is over. */
  onFrame(frame: HeardFrame): void;
}

/** Waits for the copies of a frame that other antennas may have heard, and hands it on as one. */
export class FrameGatherer {
  readonly #options: FrameGathererOptions;
  readonly #deduplicator = new Deduplicator();
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: FrameGathererOptions) {
    this.#options = options;
  }

  /** Receptions that wait. */
  get held(): number {
    return this.#deduplicator.gathering;
  }

  add(reception: Reception): void {
    const added = this.#deduplicator.add(reception);
    if (added.addition === 'late') this.#options.stage.drop('LORAWAN_DUPLICATE');
    else if (this.#heardByAll(added.frame)) this.#close(added.frame);
    else if (added.addition === 'first') this.#wait(added.frame);
  }

  /** Until nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  #wait(frame: HeardFrame): void {
    const wait = new Promise<void>((resolve) => setTimeout(resolve, this.#options.windowMs())).then(() => {
      this.#waiting.delete(wait);
      this.#close(frame);
    });
    this.#waiting.add(wait);
  }

  /** No gateway is left that could have a copy. */
  #heardByAll({ receptions }: HeardFrame): boolean {
    const { clock, gateways } = this.#options;
    const aliveSince = clock.now() - GATEWAY_ALIVE_MS;
    for (const { gatewayEui, lastSeenAt } of gateways()) {
      if (lastSeenAt >= aliveSince && !receptions.some((reception) => reception.gatewayEui === gatewayEui))
        return false;
    }
    return true;
  }

  #close(frame: HeardFrame): void {
    if (!this.#deduplicator.close(frame)) return;
    const copies = frame.receptions.length - 1;
    if (copies > 0) this.#options.stage.drop('LORAWAN_DUPLICATE', copies);
    this.#options.onFrame(frame);
  }
}
