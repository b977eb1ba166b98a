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
  expiresAt: number;
}

/** Each token ends: after a year where nothing is said, and after two at the latest. */
export const TOKEN_LIFE_MS = 365 * 86_400_000;
export const LONGEST_TOKEN_LIFE_MS = 2 * TOKEN_LIFE_MS;

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
  return (await query.execute()).map((token) => ({ ...token, expiresAt: token.expiresAt ?? 0 }));
}

/** The secret is given once and only its digest is kept. */
export async function createApiToken(
  { db, clock }: Parts,
  input: { name: string; tenant: string | null; role: Role; expiresAt?: number },
  actor: Actor,
  /** The person in whose name it is made; it ends with them. */
  owner: string | null = null,
): Promise<{ token: ApiToken; secret: string }> {
  const secret = randomToken('vgt_');
  const { name, tenant, role } = input;
  const createdAt = clock.now();
  const expiresAt = input.expiresAt ?? createdAt + TOKEN_LIFE_MS;
  if (expiresAt > createdAt + LONGEST_TOKEN_LIFE_MS || expiresAt <= createdAt) {
    throw new VigieError('REQUEST_INVALID', 'A token ends within two years');
  }
  const token = { id: randomUUID(), name, tenant, role, createdAt, createdBy: actor.name, expiresAt };
  await db.transaction().execute(async (trx) => {
    if (tenant !== null) {
      const known = await trx.selectFrom('tenants').select('id').where('id', '=', tenant).executeTakeFirst();
      if (!known) throw new VigieError('NOT_FOUND', `No tenant ${tenant}`);
    }
    await trx
      .insertInto('apiTokens')
      .values({ ...token, owner, tokenHash: digestOf(secret), revokedAt: null })
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
