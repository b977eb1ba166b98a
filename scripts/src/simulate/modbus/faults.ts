import { between, type Random } from '../random.ts';

/** What goes wrong with one answer; `late` is beyond any time-out, a `delayMs` alone is latency. */
export interface Fault {
  kind: 'none' | 'late' | 'silence' | 'exception' | 'wrongUnit' | 'wrongTransaction' | 'wrongCrc' | 'partial';
  delayMs: number;
}

const NO_FAULT: Fault = { kind: 'none', delayMs: 0 };
const KINDS = ['silence', 'exception', 'wrongUnit', 'wrongTransaction', 'wrongCrc', 'partial', 'slow', 'late'] as const;
const SLOW_MS = [20, 300] as const;
const LATE_MS = [1_200, 3_000] as const;
const DEVICE_BUSY = 6;

/** Slaves that misbehave in a share of their answers, each kind as often as the others. */
export class Faults {
  readonly #random: Random;
  readonly #share: number;
  readonly counts: Partial<Record<(typeof KINDS)[number], number>> = {};

  constructor(random: Random, share: number) {
    this.#random = random;
    this.#share = share;
  }

  next(): Fault {
    const random = this.#random;
    if (this.#share === 0 || random() >= this.#share) return NO_FAULT;
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'silence';
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (kind === 'slow') return { kind: 'none', delayMs: between(random, ...SLOW_MS) };
    if (kind === 'late') return { kind, delayMs: between(random, ...LATE_MS) };
    return { kind, delayMs: 0 };
  }
}

/** The PDU that a fault leaves; undefined for silence. */
export function faultyPdu(pdu: Buffer, { kind }: Fault): Buffer | undefined {
  if (kind === 'silence') return undefined;
  return kind === 'exception' ? Buffer.of((pdu[0] ?? 0) | 0x80, DEVICE_BUSY) : pdu;
}

/** The part of a frame that is sent. */
export function faultyFrame(frame: Buffer, { kind }: Fault): Buffer {
  return kind === 'partial' ? frame.subarray(0, Math.ceil(frame.length / 2)) : frame;
}
