import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { DeliveryPosition, LogRange } from './delivery-position.ts';

export interface StoredSubscription {
  filter: string;
  qos: number;
  since: number;
}

export interface StoredSession {
  position: DeliveryPosition;
  subscriptions: StoredSubscription[];
}

const MAX_SESSIONS_PER_ACCOUNT = 50;
/** A session that nobody came back to for so long is forgotten. */
export const SESSION_LIFE_MS = 30 * 86_400_000;

/** Durable sessions of platforms: what each subscribed to, and how far it has acknowledged the log. */
export class SessionStore {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async find(session: string): Promise<StoredSession | undefined> {
    const found = await this.#db
      .selectFrom('mqttSessions')
      .select(['position', 'liveRanges'])
      .where('session', '=', session)
      .executeTakeFirst();
    if (!found) return undefined;
    const subscriptions = await this.#db
      .selectFrom('mqttSubscriptions')
      .select(['filter', 'qos', 'since'])
      .where('session', '=', session)
      .execute();
    const live = JSON.parse(found.liveRanges) as LogRange[];
    return { position: { ordered: found.position, live }, subscriptions };
  }

  /** False where the account has as many sessions as it may. */
  async create(
    session: string,
    { account, tenant }: { account: string; tenant: string },
    { ordered, live }: DeliveryPosition,
  ): Promise<boolean> {
    const now = this.#clock.now();
    return this.#db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('mqttSessions')
        .where('account', '=', account)
        .where('lastSeenAt', '<', now - SESSION_LIFE_MS)
        .execute();
      const { count } = await trx
        .selectFrom('mqttSessions')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('account', '=', account)
        .where('session', '!=', session)
        .executeTakeFirstOrThrow();
      if (count >= MAX_SESSIONS_PER_ACCOUNT) return false;
      await trx
        .insertInto('mqttSessions')
        .values({
          ...{ session, account, tenant, createdAt: now, lastSeenAt: now },
          ...{ position: ordered, liveRanges: JSON.stringify(live) },
        })
        .onConflict((conflict) => conflict.column('session').doNothing())
        .execute();
      return true;
    });
  }

  async subscribe(session: string, { filter, qos, since }: StoredSubscription): Promise<void> {
    await this.#db
      .insertInto('mqttSubscriptions')
      .values({ session, filter, qos, since })
      .onConflict((conflict) => conflict.columns(['session', 'filter']).doUpdateSet({ qos }))
      .execute();
  }

  async unsubscribe(session: string, filter: string): Promise<void> {
    await this.#db
      .deleteFrom('mqttSubscriptions')
      .where('session', '=', session)
      .where('filter', '=', filter)
      .execute();
  }

  async savePositions(positions: readonly { session: string; position: DeliveryPosition }[]): Promise<void> {
    const lastSeenAt = this.#clock.now();
    await this.#db.transaction().execute(async (trx) => {
      for (const { session, position } of positions) {
        const set = { position: position.ordered, liveRanges: JSON.stringify(position.live), lastSeenAt };
        await trx.updateTable('mqttSessions').set(set).where('session', '=', session).execute();
      }
    });
  }

  async forget(session: string): Promise<void> {
    await this.#db.deleteFrom('mqttSessions').where('session', '=', session).execute();
  }
}
