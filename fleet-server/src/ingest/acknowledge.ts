import { type Acknowledgement, type Lane, PROTOCOL_VERSION, type UplinkEnvelope } from '@vigie/contract';
import type { PoisonRow } from '../store/uplink-log.ts';

/**
 * How far the batches of one MQTT session are dealt with, by lane. An acknowledgement speaks for all batches before it:
 * after one that is missing or unreadable nothing is acknowledged any more, and the gateway sends again.
 */
export class LaneProgress {
  readonly #received: Record<Lane, number> = { live: 0, backlog: 0 };
  #broken = false;

  /** Whether this batch is the next of its lane; to be asked in the order of arrival. */
  takes({ lane, batch }: UplinkEnvelope): boolean {
    if (this.#broken || batch !== this.#received[lane] + 1) return false;
    this.#received[lane] = batch;
    return true;
  }

  break(): void {
    this.#broken = true;
  }

  get broken(): boolean {
    return this.#broken;
  }
}

export function acknowledgementOf({ epoch, lane, batch }: UplinkEnvelope, poison: PoisonRow[]): Acknowledgement {
  const rejected = poison.map(({ seq, code, message }) => ({ seq, code, message }));
  return { v: PROTOCOL_VERSION, epoch, lane, throughBatch: batch, ...(rejected.length > 0 ? { rejected } : {}) };
}
