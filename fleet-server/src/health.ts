import type { Db } from './store/database.ts';
import { databaseError } from './store/database.ts';

export type Health = { ok: true } | { ok: false; error: unknown };

interface HealthLog {
  error(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/** Whoever asks more often gets the last answer: a public address must not make the disk work. */
const FRESH_MS = 2_000;
/** A database that does not answer in this time does not answer. */
const PATIENCE_MS = 8_000;
const NAME = 'health';

/**
 * Whether the server can do what it is there for: a row is written and committed, as a reading would be. The first failure
 * and the recovery are told in the log.
 */
export class HealthCheck {
  readonly #db: Db;
  readonly #log: HealthLog;
  readonly #monotonicMs: () => number;
  #running: Promise<Health> | undefined;
  #last: { health: Health; atMs: number } | undefined;

  constructor(db: Db, log: HealthLog, monotonicMs: () => number = () => performance.now()) {
    this.#db = db;
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  async check(): Promise<Health> {
    if (this.#last && this.#monotonicMs() - this.#last.atMs < FRESH_MS) return this.#last.health;
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #ask(): Promise<Health> {
    const health = await Promise.race([this.#write(), this.#lateness()]);
    const before = this.#last?.health;
    if (!health.ok && before?.ok !== false) this.#log.error({ err: health.error }, 'the database takes no writes');
    if (health.ok && before?.ok === false) this.#log.info({}, 'the database takes writes again');
    this.#last = { health, atMs: this.#monotonicMs() };
    return health;
  }

  async #write(): Promise<Health> {
    const value = String(Math.floor(this.#monotonicMs()));
    try {
      await this.#db
        .insertInto('installation')
        .values({ name: NAME, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
      return { ok: true };
    } catch (error) {
      return { ok: false, error: databaseError(error) };
    }
  }

  #lateness(): Promise<Health> {
    const error = new Error(`the database did not answer in ${PATIENCE_MS} ms`);
    return new Promise((resolve) => {
      setTimeout(() => resolve({ ok: false, error }), PATIENCE_MS).unref();
    });
  }
}
