import type { Clock } from '../clock.ts';
import type { PoisonRow, UplinkLog, UplinkRow } from '../store/uplink-log.ts';
import type { Cover, Coverage } from './coverage.ts';

/** More rows would hold the event loop up when they are handed to another thread. */
const MAX_GROUP_ROWS = 2_000;

interface Waiting {
  rows: UplinkRow[];
  poison: PoisonRow[];
  covers: Cover[];
  resolve(ids: number[]): void;
  reject(error: unknown): void;
}

/**
 * While one transaction is on its way to the disk, the batches of all gateways gather for the next: one fsync serves
 * many. Batches are committed in the order in which they came.
 */
export class GroupCommit {
  readonly #log: UplinkLog;
  readonly #coverage: Coverage;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(log: UplinkLog, coverage: Coverage, clock: Clock) {
    this.#log = log;
    this.#coverage = coverage;
    this.#clock = clock;
  }

  /** Records that wait for their transaction. */
  get held(): number {
    return this.#waiting.reduce((sum, { rows, poison }) => sum + rows.length + poison.length, 0);
  }

  /** Resolves after the commit, with the place of each row in the log or 0 where it was known already. */
  commit(rows: UplinkRow[], poison: PoisonRow[], covers: Cover[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, poison, covers, resolve, reject });
      if (!this.#busy) this.#run().catch(reject);
    });
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) await this.#write(this.#take());
    this.#busy = false;
  }

  #take(): Waiting[] {
    let rows = 0;
    let count = 0;
    for (const batch of this.#waiting) {
      rows += batch.rows.length;
      if (count > 0 && rows > MAX_GROUP_ROWS) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(group: Waiting[]): Promise<void> {
    const covers = group.flatMap((batch) => batch.covers);
    try {
      const covered = await this.#coverage.with(covers);
      const { ids } = await this.#log.commit({
        storedAt: this.#clock.now(),
        rows: group.flatMap(({ rows }) => rows),
        poison: group.flatMap(({ poison }) => poison),
        covered: [...covered].map(([stream, ranges]) => ({ stream, ranges: JSON.stringify(ranges) })),
      });
      this.#coverage.keep(covered);
      let from = 0;
      for (const { rows, resolve } of group) {
        resolve(ids.slice(from, from + rows.length));
        from += rows.length;
      }
    } catch (error) {
      this.#coverage.forget(covers.map(({ stream }) => stream));
      // What one batch did wrong must not be held against the others.
      if (group.length > 1) for (const batch of group) await this.#write([batch]);
      else for (const { reject } of group) reject(error);
    }
  }
}
