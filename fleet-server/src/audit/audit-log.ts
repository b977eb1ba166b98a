import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AuditRowTable, Schema } from '../store/schema.ts';

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
 * Adds a row in the transaction of the change itself: neither is ever there without the other. Each row carries a
 * digest over its predecessor's, so that a row that was altered or removed afterwards shows.
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
    .values({ ...row, digest: digestOf(previous?.digest ?? '', row) })
    .execute();
}

type DigestedRow = Omit<AuditRowTable, 'digest'>;

function digestOf(previous: string, row: DigestedRow): string {
  const { id, at, actor, tenant, action, target, details } = row;
  return createHash('sha256')
    .update(JSON.stringify([previous, id, at, actor, tenant, action, target, details]))
    .digest('hex');
}

const PAGE = 1_000;

/** The id of the first row that does not follow from its predecessor, or undefined when the whole chain holds. */
export async function findTampering(db: Kysely<Schema>): Promise<number | undefined> {
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
      if (row.id !== expected || row.digest !== digestOf(previous, row)) return expected;
      previous = row.digest;
      expected += 1;
    }
    if (rows.length < PAGE) break;
  }
  const head = await db.selectFrom('logHeads').select('id').where('name', '=', 'audit').executeTakeFirstOrThrow();
  return head.id === expected - 1 ? undefined : expected;
}
