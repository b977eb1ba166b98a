import { type GatewayStatus, type Hello, VigieError } from '@vigie/contract';
import type { Selectable } from 'kysely';
import { type Actor, recordAudit, takeTurns } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import { type Db, isUniqueViolation } from '../store/database.ts';
import type { GatewayTable } from '../store/schema.ts';
import { nameUnavailable } from './names.ts';
import type { TenantScope } from './scope.ts';

export const GATEWAY_STATES = ['new', 'online', 'offline', 'revoked'] as const;
export type GatewayState = (typeof GATEWAY_STATES)[number];

export interface Gateway {
  id: string;
  tenant: string;
  name: string;
  site?: string;
  state: GatewayState;
  createdAt: number;
  lastSeenAt?: number;
  agentVersion?: string;
  config: { revision: number; applied: number; rejected?: NonNullable<Hello['config']['rejected']> };
  devices: number;
  status?: GatewayStatus;
}

export interface GatewayInput {
  name: string;
  site?: string;
}

interface Parts {
  db: Db;
  clock: Clock;
}

export async function findGateway(db: Db, { tenant }: TenantScope, id: string): Promise<Gateway> {
  const row = await selectGateways(db, tenant).where('gateways.id', '=', id).executeTakeFirst();
  if (!row) throw new VigieError('NOT_FOUND');
  return toGateway(row);
}

export function selectGateways(db: Db, tenant: string) {
  return db
    .selectFrom('gateways')
    .selectAll('gateways')
    .select((eb) =>
      eb
        .selectFrom('devices')
        .whereRef('devices.gateway', '=', 'gateways.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('deviceCount'),
    )
    .where('gateways.tenant', '=', tenant);
}

export async function createGateway(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  { id, name, site }: GatewayInput & { id: string },
  actor: Actor,
): Promise<Gateway> {
  const at = clock.now();
  await db
    .transaction()
    .execute(async (trx) => {
      if (site !== undefined) await requireSite(trx, tenant, site);
      await trx
        .insertInto('gateways')
        .values({
          ...{ id, tenant, site: site ?? null, name, createdAt: at, revokedAt: null, lastSeenAt: null },
          ...{ agentVersion: null, configRejected: null, status: null },
        })
        .execute();
      const details = { name, ...(site === undefined ? {} : { site }) };
      await recordAudit(trx, { at, actor, tenant, action: 'gateway.create', target: `gateway/${id}`, details });
    })
    .catch(async (error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      const other = await db.selectFrom('gateways').select('tenant').where('id', '=', id).executeTakeFirst();
      throw nameUnavailable(actor, other?.tenant === tenant);
    });
  return findGateway(db, { tenant }, id);
}

export async function updateGateway(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  { id, name, site }: GatewayInput & { id: string },
  actor: Actor,
): Promise<Gateway> {
  await db.transaction().execute(async (trx) => {
    if (site !== undefined) await requireSite(trx, tenant, site);
    const { numUpdatedRows } = await trx
      .updateTable('gateways')
      .set({ name, site: site ?? null })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new VigieError('NOT_FOUND');
    const details = { name, site: site ?? null };
    await recordAudit(trx, {
      at: clock.now(),
      actor,
      tenant,
      action: 'gateway.update',
      target: `gateway/${id}`,
      details,
    });
  });
  return findGateway(db, { tenant }, id);
}

/** Its certificates count for nothing any more; a new claim lets it in again. The caller cuts the live session. */
export async function revokeGateway(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  id: string,
  actor: Actor,
): Promise<void> {
  const at = clock.now();
  await db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('gateways')
      .set({ revokedAt: at })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new VigieError('NOT_FOUND');
    await trx
      .updateTable('certificates')
      .set({ revokedAt: at })
      .where('tenant', '=', tenant)
      .where('gateway', '=', id)
      .where('revokedAt', 'is', null)
      .execute();
    await trx.deleteFrom('claims').where('gateway', '=', id).where('usedAt', 'is', null).execute();
    await recordAudit(trx, { at, actor, tenant, action: 'gateway.revoke', target: `gateway/${id}` });
  });
}

/** Still there when the transaction ends: whoever removes a site waits. */
async function requireSite(trx: Db, tenant: string, id: string): Promise<void> {
  await takeTurns(trx);
  const site = await trx
    .selectFrom('sites')
    .select('id')
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!site) throw new VigieError('NOT_FOUND', `No site ${id}`);
}

export function toGateway(row: Selectable<GatewayTable> & { deviceCount: number | null }): Gateway {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    ...(row.site === null ? {} : { site: row.site }),
    state: stateOf(row),
    createdAt: row.createdAt,
    ...(row.lastSeenAt === null ? {} : { lastSeenAt: row.lastSeenAt }),
    ...(row.agentVersion === null ? {} : { agentVersion: row.agentVersion }),
    config: {
      revision: row.configRevision,
      applied: row.configApplied,
      ...(row.configRejected === null ? {} : { rejected: JSON.parse(row.configRejected) }),
    },
    devices: row.deviceCount ?? 0,
    ...(row.status === null ? {} : { status: JSON.parse(row.status) }),
  };
}

function stateOf(row: Selectable<GatewayTable>): GatewayState {
  if (row.revokedAt !== null) return 'revoked';
  if (row.online === 1) return 'online';
  return row.lastSeenAt === null ? 'new' : 'offline';
}
