import { setTimeout as pause } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { RetentionPolicyTable } from '../store/schema.ts';

const SWEEP_EVERY_MS = 60_000;
/** Ids of the log that one step looks at, in a transaction of its own; then others take their turn. */
const STEP_IDS = 1_000;
const STEP_PAUSE_MS = 20;
const DAY_MS = 86_400_000;

type Policy = Selectable<RetentionPolicyTable>;

interface Sweep {
  policy: Policy;
  /** Everything up to here was looked at. */
  cursor: number;
  /** Records beyond the number that the tenant may keep. */
  excess: number;
  sessions: { session: string; position: number }[];
  /** Behind this nothing is dropped: the newest readings are not counted in yet. */
  end: number;
  now: number;
}

interface Row {
  id: number;
  storedAt: number;
}

/**
 * Drops what a tenant's policy says is old, in bounded steps. What a durable subscriber does not have yet stays, until
 * it is older than the policy lets records wait for subscribers; then each record that it misses is counted for it.
 */
export class RetentionSweeper {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  /** By tenant: below this id of the log nothing of it is left. */
  readonly #emptyThrough = new Map<string, number>();
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(db: Db, clock: Clock, onError: (error: unknown) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#timer = setInterval(() => {
      this.sweep().catch(onError);
    }, SWEEP_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping?.catch(() => undefined);
  }

  /** One round for all tenants; a round that goes on already is waited for. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#round().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #round(): Promise<void> {
    const policies = await this.#db.selectFrom('retentionPolicies').selectAll().execute();
    for (const policy of policies) {
      if (policy.maxAgeDays === null && policy.maxRecords === null) continue;
      const sweep = await this.#begin(policy);
      while (!this.#stopped && sweep.cursor < sweep.end && (await this.#step(sweep))) await pause(STEP_PAUSE_MS);
    }
  }

  async #begin(policy: Policy): Promise<Sweep> {
    const { tenant, maxRecords } = policy;
    const db = this.#db;
    const first = await db.selectFrom('uplinks').select('id').orderBy('id').limit(1).executeTakeFirst();
    const { id: end } = await db
      .selectFrom('logHeads')
      .select('id')
      .where('name', '=', 'latest')
      .executeTakeFirstOrThrow();
    const sessions = await db
      .selectFrom('mqttSessions')
      .select(['session', 'position'])
      .where('tenant', '=', tenant)
      .execute();
    const cursor = Math.max(this.#emptyThrough.get(tenant) ?? 0, (first?.id ?? end + 1) - 1);
    const excess = maxRecords === null ? 0 : (await this.#count(tenant)) - maxRecords;
    return { policy, cursor, excess, sessions, end, now: this.#clock.now() };
  }

  async #count(tenant: string): Promise<number> {
    const { count } = await this.#db
      .selectFrom('uplinks')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('tenant', '=', tenant)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** False when the next record has to stay. */
  async #step(sweep: Sweep): Promise<boolean> {
    const { policy, cursor } = sweep;
    const until = Math.min(cursor + STEP_IDS, sweep.end);
    const rows = await this.#db
      .selectFrom('uplinks')
      .select(['id', 'storedAt'])
      .where('id', '>', cursor)
      .where('id', '<=', until)
      .where('tenant', '=', policy.tenant)
      .orderBy('id')
      .execute();
    const stay = rows.findIndex((row, index) => !mayGo(row, index, sweep));
    const dropped = stay < 0 ? rows : rows.slice(0, stay);
    const through = dropped.at(-1)?.id;
    if (through !== undefined) await this.#drop(sweep, dropped, through);
    sweep.cursor = stay < 0 ? until : (through ?? cursor);
    sweep.excess -= dropped.length;
    this.#emptyThrough.set(policy.tenant, sweep.cursor);
    return stay < 0;
  }

  async #drop({ policy, cursor, sessions }: Sweep, rows: readonly Row[], through: number): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('uplinks')
        .where('id', '>', cursor)
        .where('id', '<=', through)
        .where('tenant', '=', policy.tenant)
        .execute();
      await trx
        .updateTable('retentionPolicies')
        .set((eb) => ({ dropped: eb('dropped', '+', rows.length) }))
        .where('tenant', '=', policy.tenant)
        .execute();
      for (const { session, position } of sessions) {
        const missed = rows.filter(({ id }) => id > position).length;
        if (missed === 0) continue;
        await trx
          .updateTable('mqttSessions')
          .set((eb) => ({ missed: eb('missed', '+', missed) }))
          .where('session', '=', session)
          .execute();
      }
    });
  }
}

function mayGo({ id, storedAt }: Row, index: number, { policy, excess, sessions, now }: Sweep): boolean {
  const { maxAgeDays, subscriberAgeDays } = policy;
  const tooOld = maxAgeDays !== null && storedAt < now - maxAgeDays * DAY_MS;
  if (!tooOld && index >= excess) return false;
  const awaited = sessions.some(({ position }) => id > position);
  return !awaited || storedAt < now - subscriberAgeDays * DAY_MS;
}
