import { createHash, createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AuditRowTable, Schema } from '../store/schema.ts';
import { auditKeyOf } from './audit-key.ts';

/** Who did something: a person, an API token, a gateway, or the server itself. */
export interface Actor {
  /** `user:anna`, `token:import`, `gateway:gw-1`, `cli`, `server`. */
  name: string;
}

export interface AuditEntry {
  at: number;
  actor: Actor;
  tenant: string | null;
  action: string;
  target: string;
  /** Never a secret. */
  details?: Record<string, unknown>;
}

/**
 * Waits until no other transaction of this kind is under way, and keeps others waiting until this one ends: what is read
 * from here on is still true when it is written. (SQLite has one writer; PostgreSQL lets two see what neither has done.)
 */
export async function takeTurns(trx: Kysely<Schema>): Promise<void> {
  await trx
    .updateTable('logHeads')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('name', '=', 'audit')
    .execute();
}

/**
 * Adds a row in the transaction of the change itself: neither is ever there without the other. Each row carries a
 * keyed digest over its predecessor's, so that a row that was altered or removed afterwards shows, also where all that
 * follow were computed anew: the key is not in the database.
 */
export async function recordAudit(trx: Kysely<Schema>, entry: AuditEntry): Promise<void> {
  const { id } = await trx
    .updateTable('logHeads')
    .set((eb) => ({ id: eb('id', '+', 1) }))
    .where('name', '=', 'audit')
    .returning('id')
    .executeTakeFirstOrThrow();
  const previous = await trx
    .selectFrom('auditRows')
    .select('digest')
    .where('id', '=', id - 1)
    .executeTakeFirst();
  const row = {
    id,
    at: entry.at,
    actor: entry.actor.name,
    tenant: entry.tenant,
    action: entry.action,
    target: entry.target,
    details: JSON.stringify(entry.details ?? {}),
  };
  await trx
    .insertInto('auditRows')
    .values({ ...row, digest: digestOf(auditKeyOf(trx), previous?.digest ?? '', row) })
    .execute();
}

type DigestedRow = Omit<AuditRowTable, 'digest'>;

/** Rows of former versions were digested without a key; those with one say so. */
const KEYED = 'hmac:';

function digestOf(key: Buffer | undefined, previous: string, row: DigestedRow): string {
  const { id, at, actor, tenant, action, target, details } = row;
  const text = JSON.stringify([previous, id, at, actor, tenant, action, target, details]);
  if (!key) return createHash('sha256').update(text).digest('hex');
  return `${KEYED}${createHmac('sha256', key).update(text).digest('hex')}`;
}

const PAGE = 1_000;

/**
 * The id of the first row that does not follow from its predecessor, or undefined when the whole chain holds. From `keyedFrom`
 * on, and after the first row with a key, there is none without.
 */
export async function findTampering(db: Kysely<Schema>, keyedFrom: number): Promise<number | undefined> {
  const key = auditKeyOf(db);
  let keyed = false;
  let previous = '';
  let expected = 1;
  for (;;) {
    const rows = await db
      .selectFrom('auditRows')
      .selectAll()
      .where('id', '>=', expected)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      keyed ||= row.id >= keyedFrom || row.digest.startsWith(KEYED);
      if (row.id !== expected || row.digest !== digestOf(keyed ? key : undefined, previous, row)) return expected;
      previous = row.digest;
      expected += 1;
    }
    if (rows.length < PAGE) break;
  }
  const head = await db.selectFrom('logHeads').select('id').where('name', '=', 'audit').executeTakeFirstOrThrow();
  return head.id === expected - 1 ? undefined : expected;
}
