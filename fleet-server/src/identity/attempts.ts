import type { Clock } from '../clock.ts';

export interface AttemptRule {
  /** Attempts that fail before any more wait. */
  max: number;
  /** In this time all of them are given back, one after the other. */
  windowMs: number;
}

interface Account {
  /** Attempts that failed or are under way; it shrinks as time goes by. */
  used: number;
  at: number;
}

const MAX_KEYS = 50_000;

/**
 * How often something may be tried, by key. An attempt is taken before the work begins, so that a burst of them counts in
 * full, and given back where it succeeds. Time gives them back one by one: nobody waits out a whole window.
 */
export class Attempts {
  readonly #accounts = new Map<string, Account>();
  readonly #clock: Clock;
  readonly #rule: AttemptRule;

  constructor(clock: Clock, rule: AttemptRule) {
    this.#clock = clock;
    this.#rule = rule;
  }

  mayTry(key: string): boolean {
    return this.#used(key) + 1 <= this.#rule.max;
  }

  take(key: string): void {
    const used = this.#used(key) + 1;
    this.#accounts.delete(key);
    this.#accounts.set(key, { used, at: this.#clock.now() });
    if (this.#accounts.size > MAX_KEYS) this.#accounts.delete(this.#accounts.keys().next().value ?? '');
  }

  giveBack(key: string): void {
    const used = this.#used(key) - 1;
    if (used <= 0) this.#accounts.delete(key);
    else this.#accounts.set(key, { used, at: this.#clock.now() });
  }

  /** All that failed is forgotten. */
  forget(key: string): void {
    this.#accounts.delete(key);
  }

  #used(key: string): number {
    const account = this.#accounts.get(key);
    if (!account) return 0;
    const { max, windowMs } = this.#rule;
    const passedMs = Math.max(0, this.#clock.now() - account.at);
    return Math.max(0, account.used - (passedMs / windowMs) * max);
  }
}
