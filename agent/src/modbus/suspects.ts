/**
 * Slaves whose answer may still be on its way. RTU has no transaction identifier: after a request without an answer,
 * the next answer of that slave may belong to the old one. A slave answers in the order of the requests, so an answer
 * that can only belong to a newer request (the echo of diagnostics, or its exception) proves that none is left. A slave
 * that does not speak diagnostics is believed again after `quietMs` without a question.
 */
export class Suspects {
  readonly #quietMs: number;
  readonly #units = new Map<number, Suspicion>();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** A request to `unit` ended without an answer that was certainly its own. */
  suspect(unit: number, now: number): void {
    const known = this.#units.get(unit);
    this.#units.set(unit, { since: now, unanswered: 0, echoes: known?.echoes, proving: true });
  }

  /** What to do before `unit` may be asked: nothing, prove itself by an echo, or not ask before a time. */
  before(unit: number, now: number): 'clear' | 'probe' | 'wait' {
    const known = this.#units.get(unit);
    if (!known?.proving) return 'clear';
    if (known.echoes !== false && known.unanswered < (known.echoes ? TRUSTED_PROBES : UNKNOWN_PROBES)) return 'probe';
    return now >= known.since + this.#quietMs ? 'clear' : 'wait';
  }

  probeAnswered(unit: number): void {
    const known = this.#units.get(unit);
    if (known) this.#units.set(unit, { ...known, unanswered: 0, echoes: true, proving: false });
  }

  probeUnanswered(unit: number, now: number): void {
    const known = this.#units.get(unit);
    if (known) this.#units.set(unit, { ...known, since: now, unanswered: known.unanswered + 1 });
  }

  /** Its last question was answered; if it kept silent to the probes before, it does not know them. */
  answered(unit: number): void {
    const known = this.#units.get(unit);
    if (!known?.proving) return;
    this.#units.set(unit, { ...known, echoes: false, proving: false });
  }
}

/** Probes before a slave that was never seen to echo is taken for one that cannot. */
const UNKNOWN_PROBES = 2;
/** One that did echo may be off for long; after so many it may have been exchanged. */
const TRUSTED_PROBES = 20;

interface Suspicion {
  since: number;
  unanswered: number;
  echoes: boolean | undefined;
  proving: boolean;
}
