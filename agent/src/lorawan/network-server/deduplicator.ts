import type { Reception } from '../radio.ts';

/** All receptions of one frame. */
export interface HeardFrame {
  phyPayload: Buffer;
  /** In the order they came in; at least one. */
  receptions: Reception[];
  /** Monotonic milliseconds of the first. */
  heardAtMs: number;
  /** The neighbouring gateway that heard it, where this one did not. */
  passedBy?: string;
}

export interface DeduplicatorLimits {
  /** How long a closed frame is remembered, so that a late copy is not taken for a retransmission. */
  memoryMs: number;
  maxFrames: number;
  maxReceptions: number;
}

/** A device repeats a frame at the earliest after its second receive window, 2 s (LoRaWAN 1.0.x, section 3.3). */
const LIMITS: DeduplicatorLimits = { memoryMs: 1_500, maxFrames: 8_192, maxReceptions: 64 };

/** Of a closed frame only that it was heard, and when: thousands are remembered in a busy second. */
interface Entry {
  heardAtMs: number;
  frame: HeardFrame | undefined;
}

/**
 * Gathers the copies of a frame that several antennas heard. Pure: time comes with each call. Frames stand in the order
 * in which they were heard first, so that what is due is always at the front.
 */
export class Deduplicator {
  readonly #limits: DeduplicatorLimits;
  readonly #entries = new Map<string, Entry>();
  #open = 0;

  constructor(limits: Partial<DeduplicatorLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Receptions in frames that are not closed yet. */
  get gathering(): number {
    return this.#open;
  }

  add(reception: Reception): { addition: 'first' | 'gathered'; frame: HeardFrame } | { addition: 'late' } {
    this.#forget(reception.monotonicMs);
    const key = reception.phyPayload.toString('latin1');
    const known = this.#entries.get(key);
    if (!known) {
      const { phyPayload, monotonicMs } = reception;
      const frame = { phyPayload, receptions: [reception], heardAtMs: monotonicMs };
      this.#entries.set(key, { heardAtMs: monotonicMs, frame });
      this.#open += 1;
      return { addition: 'first', frame };
    }
    const { frame } = known;
    if (!frame || frame.receptions.length >= this.#limits.maxReceptions) return { addition: 'late' };
    frame.receptions.push(reception);
    this.#open += 1;
    return { addition: 'gathered', frame };
  }

  /** From now on its copies are late. False when that was so already. */
  close(frame: HeardFrame): boolean {
    const entry = this.#entries.get(frame.phyPayload.toString('latin1'));
    if (entry?.frame !== frame) return false;
    entry.frame = undefined;
    this.#open -= frame.receptions.length;
    return true;
  }

  #forget(nowMs: number): void {
    for (const [key, { heardAtMs, frame }] of this.#entries) {
      const old = nowMs - heardAtMs > this.#limits.memoryMs;
      if (frame || !(old || this.#entries.size > this.#limits.maxFrames)) return;
      this.#entries.delete(key);
    }
  }
}
