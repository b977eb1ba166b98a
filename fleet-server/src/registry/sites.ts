import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit, takeTurns } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { TenantScope } from './scope.ts';
import { conflictWhenThere } from './tenants.ts';

export interface SiteInput {
  name: string;
  position?: { latitude: number; longitude: number };
}

export interface Site extends SiteInput {
  id: string;
  createdAt: number;
}

interface Parts {
  db: Db;
  clock: Clock;
}

export async function listSites(db: Db, { tenant }: TenantScope): Promise<Site[]> {
  const rows = await db.selectFrom('sites').selectAll().where('tenant', '=', tenant).orderBy('id').execute();
  return rows.map(toSite);
}

export async function createSite(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  site: SiteInput & { id: string },
  actor: Actor,
): Promise<Site> {
  const at = clock.now();
  const row = { tenant, id: site.id, createdAt: at, ...columns(site) };
  await db
    .transaction()
    .execute(async (trx) => {
      await trx.insertInto('sites').values(row).execute();
      await recordAudit(trx, {
        at,
        actor,
        tenant,
        action: 'site.create',
        target: `site/${site.id}`,
        details: { ...site },
      });
    })
    .catch(conflictWhenThere);
  return toSite(row);
}

export async function updateSite(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  site: SiteInput & { id: string },
  actor: Actor,
): Promise<Site> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('sites')
      .set(columns(site))
      .where('tenant', '=', tenant)
      .where('id', '=', site.id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new VigieError('NOT_FOUND');
    const details = { ...site };
    await recordAudit(trx, {
      at: clock.now(),
      actor,
      tenant,
      action: 'site.update',
      target: `site/${site.id}`,
      details,
    });
    return toSite(row);
  });
}

/** A site that still has gateways is kept. */
export async function deleteSite(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  id: string,
  actor: Actor,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await takeTurns(trx);
    const used = await trx
      .selectFrom('gateways')
      .select('id')
      .where('tenant', '=', tenant)
      .where('site', '=', id)
      .executeTakeFirst();
    if (used) throw new VigieError('CONFLICT', `Gateway ${used.id} is at this site`);
    const { numDeletedRows } = await trx
      .deleteFrom('sites')
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw new VigieError('NOT_FOUND');
    await recordAudit(trx, { at: clock.now(), actor, tenant, action: 'site.delete', target: `site/${id}` });
  });
}

function columns({ name, position }: SiteInput) {
  return { name, latitude: position?.latitude ?? null, longitude: position?.longitude ?? null };
}

function toSite(row: {
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  createdAt: number;
}): Site {
  const { id, name, latitude, longitude, createdAt } = row;
  const position = latitude === null || longitude === null ? {} : { position: { latitude, longitude } };
  return { id, name, createdAt, ...position };
}
