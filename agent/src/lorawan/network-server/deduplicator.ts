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

/** So many keys are forgotten before their places are given back. */
const FORGOTTEN_AT_ONCE = 1_024;

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
  /** Keys in the order in which they were heard; those before `#due` are forgotten. A map that loses its front is slow to walk. */
  #order: string[] = [];
  #due = 0;
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
      this.#order.push(key);
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
    const { memoryMs, maxFrames } = this.#limits;
    for (; this.#due < this.#order.length; this.#due += 1) {
      const key = this.#order[this.#due] ?? '';
      const entry = this.#entries.get(key);
      const isOld = entry !== undefined && nowMs - entry.heardAtMs > memoryMs;
      if (entry?.frame || !(isOld || this.#entries.size > maxFrames)) break;
      this.#entries.delete(key);
    }
    if (this.#due < FORGOTTEN_AT_ONCE) return;
    this.#order = this.#order.slice(this.#due);
    this.#due = 0;
  }
}
