import { VigieError } from '@vigie/contract';
import type { Db } from '../store/database.ts';

const MAX_CACHED = 20_000;
/** A gateway begins a new outbox when the one on its disk was damaged, or it got another disk: a few times in its life. */
const NEW_EPOCHS = 32;
const NEW_EPOCHS_WINDOW_MS = 3_600_000;

/** The number that stands for a gateway's outbox (its epoch) in the log. */
export class Streams {
  readonly #db: Db;
  readonly #monotonicMs: () => number;
  readonly #ids = new Map<string, Promise<number>>();
  /** When each gateway began new outboxes. */
  readonly #begun = new Map<string, number[]>();

  constructor(db: Db, monotonicMs: () => number = () => performance.now()) {
    this.#db = db;
    this.#monotonicMs = monotonicMs;
  }

  /** Throws EPOCHS_TOO_MANY where a gateway begins outbox after outbox. */
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
    const known = await this.#known(gateway, epoch);
    if (known !== undefined) return known;
    this.#begin(gateway);
    await this.#db
      .insertInto('streams')
      .values({ gateway, epoch })
      .onConflict((conflict) => conflict.columns(['gateway', 'epoch']).doNothing())
      .execute();
    const id = await this.#known(gateway, epoch);
    if (id === undefined) throw new Error(`the outbox ${epoch} of ${gateway} was not stored`);
    return id;
  }

  async #known(gateway: string, epoch: string): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('streams')
      .select('id')
      .where('gateway', '=', gateway)
      .where('epoch', '=', epoch)
      .executeTakeFirst();
    return row?.id;
  }

  #begin(gateway: string): void {
    const now = this.#monotonicMs();
    const begun = this.#begun.get(gateway)?.filter((at) => now - at < NEW_EPOCHS_WINDOW_MS) ?? [];
    if (begun.length >= NEW_EPOCHS) throw new VigieError('EPOCHS_TOO_MANY');
    this.#begun.set(gateway, [...begun, now]);
  }
}
