import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import { type Db, isUniqueViolation } from '../store/database.ts';

export interface Tenant {
  id: string;
  name: string;
  createdAt: number;
}

/** All tenants, or only the one that the caller belongs to. */
export async function listTenants(db: Db, only: string | null): Promise<Tenant[]> {
  let query = db.selectFrom('tenants').selectAll().orderBy('id');
  if (only !== null) query = query.where('id', '=', only);
  return query.execute();
}

export async function findTenant(db: Db, id: string): Promise<Tenant | undefined> {
  return db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function createTenant(
  { db, clock }: { db: Db; clock: Clock },
  { id, name }: { id: string; name: string },
  actor: Actor,
): Promise<Tenant> {
  const tenant = { id, name, createdAt: clock.now() };
  await db
    .transaction()
    .execute(async (trx) => {
      await trx.insertInto('tenants').values(tenant).execute();
      const details = { name };
      await recordAudit(trx, {
        at: tenant.createdAt,
        actor,
        tenant: id,
        action: 'tenant.create',
        target: `tenant/${id}`,
        details,
      });
    })
    .catch(conflictWhenThere);
  return tenant;
}

/** Turns the database's word for "exists already" into ours. */
export function conflictWhenThere(error: unknown): never {
  if (isUniqueViolation(error)) throw new VigieError('CONFLICT');
  throw error;
}
