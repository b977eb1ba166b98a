import type { FrameRecord } from '@vigie/contract';
import type { Clock } from '../../clock.ts';
import type { Stage } from '../../ledger.ts';
import type { HeardFrame } from '../network-server/deduplicator.ts';
import { isOfNetwork } from '../network-server/dev-addr.ts';
import { parsePhyPayload } from '../network-server/phy-payload.ts';
import { bestSnrDb, dataRateName } from '../radio.ts';

/** Frames a minute, so that no flood on the air becomes one on the backhaul; so many may come at once. */
const PER_MINUTE = 600;

export interface FramePasserOptions {
  clock: Clock;
  stage: Stage;
  /** Resolves to true when the record is on the disk. */
  store(record: FrameRecord): Promise<boolean>;
}

/** Passes on what devices of neighbouring gateways send. Whatever it does, it never answers. */
export class FramePasser {
  readonly #options: FramePasserOptions;
  #tokens = PER_MINUTE;
  #filledAtMs: number;
  #held = 0;

  constructor(options: FramePasserOptions) {
    this.#options = options;
    this.#filledAtMs = options.clock.monotonicMs();
    options.stage.holds(() => this.#held);
  }

  /** A frame of no device that this gateway answers. Resolves when it is durable or dropped with a reason. */
  async pass({ phyPayload, receptions }: HeardFrame, netId: number): Promise<void> {
    const { stage, store } = this.#options;
    const parsed = parsePhyPayload(phyPayload);
    if (!parsed.ok) return;
    const { frame } = parsed;
    if (frame.type === 'uplink' && !isOfNetwork(frame.devAddr, netId)) return;
    stage.in();
    if (!this.#take()) {
      stage.drop('LORAWAN_PASS_LIMIT');
      return;
    }
    const best = receptions.reduce((one, other) => (bestSnrDb(other) > bestSnrDb(one) ? other : one));
    const antenna = best.antennas.reduce((one, other) => (other.snrDb > one.snrDb ? other : one));
    this.#held += 1;
    const stored = await store({
      kind: 'frame',
      phyPayload: phyPayload.toString('base64'),
      receivedAt: best.receivedAt,
      dataRate: dataRateName(best.dataRate),
      frequencyHz: best.frequencyHz,
      radio: best.gatewayEui,
      rssiDbm: antenna.rssiDbm,
      snrDb: antenna.snrDb,
    });
    this.#held -= 1;
    if (stored) stage.out();
    else stage.drop('LORAWAN_NOT_STORED');
  }

  #take(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    this.#tokens = Math.min(PER_MINUTE, this.#tokens + ((nowMs - this.#filledAtMs) * PER_MINUTE) / 60_000);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
