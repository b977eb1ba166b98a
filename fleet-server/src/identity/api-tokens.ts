import { randomUUID } from 'node:crypto';
import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { Role } from '../store/schema.ts';
import { digestOf, randomToken } from './secret-token.ts';
import type { UserScope } from './users.ts';

export interface ApiToken {
  id: string;
  name: string;
  tenant: string | null;
  role: Role;
  createdAt: number;
  createdBy: string;
  expiresAt: number | null;
}

interface Parts {
  db: Db;
  clock: Clock;
}

const COLUMNS = ['id', 'name', 'tenant', 'role', 'createdAt', 'createdBy', 'expiresAt'] as const;

export async function listApiTokens(db: Db, { tenant }: UserScope): Promise<ApiToken[]> {
  let query = db
    .selectFrom('apiTokens')
    .select(COLUMNS)
    .where('revokedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  return query.execute();
}

/** The secret is given once and only its digest is kept. */
export async function createApiToken(
  { db, clock }: Parts,
  input: { name: string; tenant: string | null; role: Role; expiresAt?: number },
  actor: Actor,
): Promise<{ token: ApiToken; secret: string }> {
  const secret = randomToken('vgt_');
  const { name, tenant, role } = input;
  const token = {
    ...{ id: randomUUID(), name, tenant, role, createdAt: clock.now() },
    ...{ createdBy: actor.name, expiresAt: input.expiresAt ?? null },
  };
  await db.transaction().execute(async (trx) => {
    if (tenant !== null) {
      const known = await trx.selectFrom('tenants').select('id').where('id', '=', tenant).executeTakeFirst();
      if (!known) throw new VigieError('NOT_FOUND', `No tenant ${tenant}`);
    }
    await trx
      .insertInto('apiTokens')
      .values({ ...token, tokenHash: digestOf(secret), revokedAt: null })
      .execute();
    const details = { name, role };
    await recordAudit(trx, {
      at: token.createdAt,
      actor,
      tenant,
      action: 'token.create',
      target: `token/${token.id}`,
      details,
    });
  });
  return { token, secret };
}

export async function revokeApiToken(
  { db, clock }: Parts,
  { tenant }: UserScope,
  id: string,
  actor: Actor,
): Promise<void> {
  const at = clock.now();
  await db.transaction().execute(async (trx) => {
    let query = trx.updateTable('apiTokens').set({ revokedAt: at }).where('id', '=', id).where('revokedAt', 'is', null);
    if (tenant !== null) query = query.where('tenant', '=', tenant);
    const { numUpdatedRows } = await query.executeTakeFirst();
    if (numUpdatedRows === 0n) throw new VigieError('NOT_FOUND');
    await recordAudit(trx, { at, actor, tenant, action: 'token.revoke', target: `token/${id}` });
  });
}
