/** Where something from outside comes in. */
export type Door = 'mqtt' | 'https' | 'live' | 'sign-in' | 'enrolment' | 'uplink';

export interface RefusalCount {
  door: Door;
  reason: string;
  count: number;
}

interface Told {
  count: number;
  /** Not told of yet. */
  silent: number;
  toldAtMs: number;
}

interface RefusalLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One line for a door and a reason in this time, whatever comes. */
const LINE_EVERY_MS = 60_000;

/**
 * What the doors turned away: each refusal is counted, and told in the log at once where it is the first in a while;
 * the next line says how many there were in between. Reasons are words of ours, so that their number is bounded.
 */
export class Refusals {
  readonly #told = new Map<string, Told & { door: Door; reason: string }>();
  readonly #log: RefusalLog;
  readonly #monotonicMs: () => number;

  constructor(log: RefusalLog, monotonicMs: () => number = () => performance.now()) {
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  note(door: Door, reason: string, fields: object = {}): void {
    const silent = this.#count(door, reason);
    if (silent === undefined) return;
    this.#log.warn({ door, reason, ...(silent > 0 ? { before: silent } : {}), ...fields }, 'refused at the door');
  }

  /** A handler behind a door threw: a fault of ours, which costs whoever met it the connection and nobody else anything. */
  fault(door: Door, error: unknown): void {
    const silent = this.#count(door, 'fault');
    if (silent === undefined) return;
    this.#log.error({ door, ...(silent > 0 ? { before: silent } : {}), err: error }, 'a handler behind a door failed');
  }

  counts(): RefusalCount[] {
    return [...this.#told.values()].map(({ door, reason, count }) => ({ door, reason, count }));
  }

  /** How many were left untold before this one, or undefined where this one is not told either. */
  #count(door: Door, reason: string): number | undefined {
    const now = this.#monotonicMs();
    const key = `${door} ${reason}`;
    const told = this.#told.get(key) ?? { door, reason, count: 0, silent: 0, toldAtMs: Number.NEGATIVE_INFINITY };
    this.#told.set(key, told);
    told.count += 1;
    if (now - told.toldAtMs < LINE_EVERY_MS) {
      told.silent += 1;
      return undefined;
    }
    const { silent } = told;
    told.silent = 0;
    told.toldAtMs = now;
    return silent;
  }
}
