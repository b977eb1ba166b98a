/**
 * Slaves whose answer may still be on its way. RTU has no transaction identifier: after a request without an answer,
 * the next answer of that slave may belong to the old one. A slave answers in the order of the requests, so the echo of
 * a diagnostics request, or its exception, proves that no older answer is left. Whether a slave speaks diagnostics is
 * learned while it is well; one that does not is asked again only after `quietMs` of silence.
 */
export class Suspects {
  readonly #quietMs: number;
  readonly #units = new Map<number, Suspicion>();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** What to do before `unit` may be asked: nothing, learn or prove by an echo, or not ask yet. */
  before(unit: number, now: number): 'clear' | 'learn' | 'prove' | 'wait' {
    const known = this.#units.get(unit);
    if (!known) return 'clear';
    if (known.suspectSince === undefined) return known.echoes === undefined ? 'learn' : 'clear';
    if (known.unanswered < maxProofs(known.echoes)) return 'prove';
    return now >= known.suspectSince + this.#quietMs ? 'clear' : 'wait';
  }

  /** A request to `unit` ended without an answer that was certainly its own. */
  suspect(unit: number, now: number): void {
    const known = this.#units.get(unit);
    this.#units.set(unit, { echoes: known?.echoes, unanswered: 0, suspectSince: now });
  }

  /** An ordinary request was answered. */
  answered(unit: number): void {
    const known = this.#units.get(unit);
    if (known && known.suspectSince === undefined) return;
    this.#units.set(unit, { echoes: known?.echoes, unanswered: 0, suspectSince: undefined });
  }

  /** It answered an echo: nothing older is left. */
  echoed(unit: number): void {
    this.#units.set(unit, { echoes: true, unanswered: 0, suspectSince: undefined });
  }

  /** It did not answer an echo while it was well. Its late echo could not be taken for anything else. */
  doesNotEcho(unit: number): void {
    this.#units.set(unit, { echoes: false, unanswered: 0, suspectSince: undefined });
  }

  proofMissing(unit: number, now: number): void {
    const known = this.#units.get(unit);
    this.#units.set(unit, { echoes: known?.echoes, unanswered: (known?.unanswered ?? 0) + 1, suspectSince: now });
  }
}

/**
 * How often a proof is asked for before silence has to do: a slave that echoes may be off for long, but after so many it
 * may have been exchanged for another; with one that was never heard it is tried once.
 */
function maxProofs(echoes: boolean | undefined): number {
  if (echoes === undefined) return 1;
  return echoes ? 20 : 0;
}

interface Suspicion {
  echoes: boolean | undefined;
  unanswered: number;
  suspectSince: number | undefined;
}
