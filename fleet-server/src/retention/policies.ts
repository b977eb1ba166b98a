import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';

/** How long a tenant's records stay in the log; without a limit they stay for good. */
export interface RetentionPolicy {
  maxAgeDays?: number;
  /** Records, each with the readings of one message or poll. */
  maxRecords?: number;
  /** So long a record waits for durable subscribers that do not have it yet, whatever the other limits say. */
  subscriberAgeDays: number;
}

export interface Retention extends RetentionPolicy {
  /** Records that were dropped so far. */
  dropped: number;
  /** Durable sessions, and the records that were dropped before they had them. */
  subscribers: { session: string; account: string; lastSeenAt: number; missed: number }[];
}

export const DEFAULT_SUBSCRIBER_AGE_DAYS = 30;

export async function findRetention(db: Db, { tenant }: TenantScope): Promise<Retention> {
  const policy = await db.selectFrom('retentionPolicies').selectAll().where('tenant', '=', tenant).executeTakeFirst();
  const subscribers = await db
    .selectFrom('mqttSessions')
    .select(['session', 'account', 'lastSeenAt', 'missed'])
    .where('tenant', '=', tenant)
    .orderBy('session')
    .execute();
  return {
    ...(policy?.maxAgeDays == null ? {} : { maxAgeDays: policy.maxAgeDays }),
    ...(policy?.maxRecords == null ? {} : { maxRecords: policy.maxRecords }),
    subscriberAgeDays: policy?.subscriberAgeDays ?? DEFAULT_SUBSCRIBER_AGE_DAYS,
    dropped: policy?.dropped ?? 0,
    subscribers,
  };
}

export async function setRetention(
  { db, clock }: { db: Db; clock: Clock },
  { tenant }: TenantScope,
  policy: RetentionPolicy,
  actor: Actor,
): Promise<Retention> {
  const { maxAgeDays = null, maxRecords = null, subscriberAgeDays } = policy;
  const limits = { maxAgeDays, maxRecords, subscriberAgeDays };
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('retentionPolicies')
      .values({ tenant, ...limits })
      .onConflict((conflict) => conflict.column('tenant').doUpdateSet(limits))
      .execute();
    const entry = { at: clock.now(), actor, tenant, action: 'retention.set', target: `tenant/${tenant}` };
    await recordAudit(trx, { ...entry, details: limits });
  });
  return findRetention(db, { tenant });
}
