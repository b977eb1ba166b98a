import {
  type PlannedRead,
  type Refusals,
  readKey,
  type Span,
  spanKey,
  splitRead,
  withoutGaps,
} from './read-planner.ts';

/** Why a read gave no values, though the device may well be there. */
export type Ailment =
  /** Exceptions 1 to 3: what was asked for is not there. */
  | 'refused'
  /** Any other exception. Some devices say so of registers that they do not have. */
  | 'excused'
  /** Nothing, or nothing whole. Some devices keep silent about registers that they do not have. */
  | 'silent';

/** What was learned is forgotten after this: firmware and options change. */
const FORGET_MS = 3_600_000;
/** What was learned while a device was silent altogether may have had that reason. */
const FORGET_AFTER_SILENCE_MS = 60_000;
/** A read that was good before is taken apart when it fails in so many polls in a row. */
const SPLIT_AFTER = 2;
/** A single value is taken for missing when silence is all that it is met with in so many polls. */
const MUTE_AFTER = 2;
const MUTE_AFTER_IF_GOOD = 3;
/** A value that is met with silence when it is asked for alone is asked for again after so many polls, and each time later. */
const MUTE_FIRST_POLLS = 5;
const MUTE_LEAST_MS = 1_000;
const MUTE_MAX_MS = 600_000;

interface Mute {
  span: Span;
  askAgainAt: number;
  waitMs: number;
}

/**
 * Finds the registers that spoil a read for their neighbours, in whatever way a device says that it does not have them,
 * and leads the polls around them. Times are monotonic milliseconds.
 */
export class ReadDoctor {
  readonly #refused = new Map<string, Span>();
  readonly #alone = new Map<string, Span>();
  readonly #mute = new Map<string, Mute>();
  readonly #breaks = new Set<string>();
  readonly #inPieces = new Set<string>();
  readonly #good = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #firstMuteMs: number;
  #forgetAt = Number.POSITIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#firstMuteMs = Math.min(MUTE_MAX_MS, Math.max(MUTE_LEAST_MS, MUTE_FIRST_POLLS * intervalMs));
  }

  /** Spans that are not there or keep silent. */
  get left(): readonly string[] {
    return [...this.#refused.keys(), ...this.#mute.keys()];
  }

  refusalsAt(now: number): Refusals {
    if (now >= this.#forgetAt) this.#forget();
    const spans = new Map(this.#refused);
    const alone = new Map(this.#alone);
    for (const [key, { span, askAgainAt }] of this.#mute) (now >= askAgainAt ? alone : spans).set(key, span);
    return { spans, alone, breaks: this.#breaks };
  }

  /** Reads that failed go last: the others show first that the device is there. */
  doubts(read: PlannedRead): boolean {
    return this.#failures.has(readKey(read)) || this.isMute(read);
  }

  /** It is known to be met with silence, and only asked for again now and then. */
  isMute(read: PlannedRead): boolean {
    return read.spans.length === 1 && this.#mute.has(keyOf(read));
  }

  /** Whether the value is asked for register by register, since the device refuses it whole. */
  readsInPieces(read: PlannedRead): boolean {
    return this.#inPieces.has(readKey(read));
  }

  /** The device is back after it was silent altogether. */
  recovered(now: number): void {
    this.#failures.clear();
    if (this.#mute.size + this.#breaks.size + this.#alone.size === 0) return;
    for (const mute of this.#mute.values()) mute.askAgainAt = now;
    this.#forgetAt = Math.min(this.#forgetAt, now + FORGET_AFTER_SILENCE_MS);
  }

  answered(read: PlannedRead): void {
    const key = readKey(read);
    if (this.#failures.size > 0) this.#failures.delete(key);
    if (!this.#good.has(key)) this.#good.add(key);
    if (this.#mute.size === 0 || read.spans.length > 1) return;
    const span = keyOf(read);
    const mute = this.#mute.get(span);
    if (!mute) return;
    this.#mute.delete(span);
    this.#alone.set(span, mute.span);
  }

  /** Gives what is to be asked instead in this poll; nothing where the next poll has to do it. */
  failed(read: PlannedRead, ailment: Ailment, now: number): readonly PlannedRead[] {
    const key = readKey(read);
    const times = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, times);
    if (ailment === 'refused') return this.#takeApart(read, ailment, now);
    const good = this.#good.has(key);
    if (good && times < SPLIT_AFTER) return [];
    if (ailment === 'silent' && read.spans.length === 1) {
      const known = this.#mute.has(keyOf(read));
      if (!known && times < (good ? MUTE_AFTER_IF_GOOD : MUTE_AFTER)) return [];
    }
    const runs = withoutGaps(read);
    if (!runs && ailment === 'excused' && times < SPLIT_AFTER && read.spans.length > 1) return [];
    const instead = this.#takeApart(read, ailment, now, runs);
    // An excuse costs little, so that the runs may follow at once.
    return ailment === 'excused' && runs ? instead : [];
  }

  #takeApart(read: PlannedRead, ailment: Ailment, now: number, runs?: readonly PlannedRead[]): readonly PlannedRead[] {
    if (this.#forgetAt === Number.POSITIVE_INFINITY) this.#forgetAt = now + FORGET_MS;
    const parts = runs ?? splitRead(read);
    if (!parts) {
      this.#isolate(read, ailment, now);
      return this.readsInPieces(read) && ailment === 'refused' && !this.#refused.has(keyOf(read)) ? [read] : [];
    }
    this.#failures.delete(readKey(read));
    for (const part of parts.slice(1)) {
      const [first] = part.spans;
      if (first) this.#breaks.add(spanKey(first));
    }
    return parts;
  }

  /** One value is left. */
  #isolate(read: PlannedRead, ailment: Ailment, now: number): void {
    const [span] = read.spans;
    if (!span) return;
    const key = spanKey(span);
    if (ailment === 'refused') {
      // Some devices allow one register a request and refuse a value of two.
      if (read.count > 1 && !this.#inPieces.has(readKey(read))) {
        this.#inPieces.add(readKey(read));
        this.#alone.set(key, span);
        return;
      }
      this.#inPieces.delete(readKey(read));
      this.#alone.delete(key);
      this.#refused.set(key, span);
      // The culprit is known by name now: plans lead around it, and breaks that only searched for it can go.
      this.#breaks.clear();
    } else if (ailment === 'excused') {
      this.#alone.set(key, span);
    } else {
      const before = this.#mute.get(key)?.waitMs;
      const waitMs = before === undefined ? this.#firstMuteMs : Math.min(MUTE_MAX_MS, before * 2);
      this.#alone.delete(key);
      this.#mute.set(key, { span, waitMs, askAgainAt: now + waitMs });
    }
  }

  #forget(): void {
    for (const known of [this.#refused, this.#alone, this.#mute, this.#inPieces, this.#good, this.#failures]) {
      known.clear();
    }
    this.#breaks.clear();
    this.#forgetAt = Number.POSITIVE_INFINITY;
  }
}

function keyOf(read: PlannedRead): string {
  const [span] = read.spans;
  return span ? spanKey(span) : '';
}
