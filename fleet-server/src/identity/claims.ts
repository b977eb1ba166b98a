import { randomUUID } from 'node:crypto';
import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { digestOf, randomCode } from './secret-token.ts';

const CODE_GROUPS = 4;
const CLAIM_LIFE_MS = 7 * 86_400_000;

export interface NewClaim {
  id: string;
  code: string;
  expiresAt: number;
}

/** A single-use code that lets one gateway of the tenant ask for its certificate. Older open claims of it end. */
export async function createClaim(
  { db, clock }: { db: Db; clock: Clock },
  { tenant, gateway, lifeMs = CLAIM_LIFE_MS }: { tenant: string; gateway: string; lifeMs?: number },
  actor: Actor,
): Promise<NewClaim> {
  const now = clock.now();
  const claim = { id: randomUUID(), code: randomCode(CODE_GROUPS), expiresAt: now + lifeMs };
  await db.transaction().execute(async (trx) => {
    const known = await trx
      .selectFrom('gateways')
      .select('id')
      .where('tenant', '=', tenant)
      .where('id', '=', gateway)
      .executeTakeFirst();
    if (!known) throw new VigieError('NOT_FOUND');
    await trx
      .deleteFrom('claims')
      .where('tenant', '=', tenant)
      .where('gateway', '=', gateway)
      .where('usedAt', 'is', null)
      .execute();
    await trx
      .insertInto('claims')
      .values({
        id: claim.id,
        tenant,
        gateway,
        codeHash: digestOf(canonicalCode(claim.code)),
        createdAt: now,
        createdBy: actor.name,
        expiresAt: claim.expiresAt,
        usedAt: null,
      })
      .execute();
    await recordAudit(trx, { at: now, actor, tenant, action: 'claim.create', target: `gateway/${gateway}` });
  });
  return claim;
}

/** What a person typed for what was printed: case and hyphens do not matter, O is 0, I and L are 1. */
export function canonicalCode(code: string): string {
  return code.toUpperCase().replaceAll('-', '').replaceAll('O', '0').replace(/[IL]/g, '1');
}
