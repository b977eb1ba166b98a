import type { Db } from '../store/database.ts';

const MAX_CACHED = 20_000;

/** The number that stands for a gateway's outbox (its epoch) in the log. */
export class Streams {
  readonly #db: Db;
  readonly #ids = new Map<string, Promise<number>>();

  constructor(db: Db) {
    this.#db = db;
  }

  idOf(gateway: string, epoch: string): Promise<number> {
    const key = `${gateway}/${epoch}`;
    const known = this.#ids.get(key);
    if (known) return known;
    const fresh = this.#find(gateway, epoch);
    if (this.#ids.size >= MAX_CACHED) this.#ids.delete(this.#ids.keys().next().value ?? '');
    this.#ids.set(key, fresh);
    fresh.catch(() => this.#ids.delete(key));
    return fresh;
  }

  async #find(gateway: string, epoch: string): Promise<number> {
    await this.#db
      .insertInto('streams')
      .values({ gateway, epoch })
      .onConflict((conflict) => conflict.columns(['gateway', 'epoch']).doNothing())
      .execute();
    const { id } = await this.#db
      .selectFrom('streams')
      .select('id')
      .where('gateway', '=', gateway)
      .where('epoch', '=', epoch)
      .executeTakeFirstOrThrow();
    return id;
  }
}
