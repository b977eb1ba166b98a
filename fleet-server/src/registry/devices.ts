import { VigieError } from '@vigie/contract';
import { sql } from 'kysely';
import type { Db } from '../store/database.ts';
import type { TenantScope } from './scope.ts';

export const DEVICE_STATES = ['neverHeard', 'inService', 'silent', 'unknown'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export interface Device {
  gateway: string;
  id: string;
  model: string;
  name?: string;
  asset: string;
  domain: string;
  protocol: 'lorawan' | 'modbus';
  /** DevEUI, or bus and unit identifier. */
  address: string;
  state: DeviceState;
  heardAt?: number;
}

/** What a device's gateway does not tell, nobody knows: it is neither in service nor silent. */
export const DEVICE_STATE = sql<DeviceState>`case
  when device_states.state is null then 'neverHeard'
  when gateways.online = 0 or gateways.revoked_at is not null then 'unknown'
  when device_states.state = 'silent' then 'silent'
  else 'inService' end`;

export function devicesWithStates(db: Db, tenant: string) {
  return db
    .selectFrom('devices')
    .innerJoin('gateways', 'gateways.id', 'devices.gateway')
    .leftJoin('deviceStates', (join) =>
      join.onRef('deviceStates.tenant', '=', 'devices.tenant').onRef('deviceStates.subject', '=', 'devices.subject'),
    )
    .where('devices.tenant', '=', tenant);
}

export function selectDevices(db: Db, tenant: string) {
  return devicesWithStates(db, tenant)
    .select(['devices.gateway', 'devices.id', 'devices.model', 'devices.name', 'devices.asset', 'devices.domain'])
    .select(['devices.protocol', 'devices.address', 'deviceStates.heardAt', DEVICE_STATE.as('state')]);
}

export type DeviceRow = Omit<Device, 'name' | 'heardAt'> & { name: string | null; heardAt: number | null };

export function toDevice({
  gateway,
  id,
  model,
  name,
  asset,
  domain,
  protocol,
  address,
  state,
  heardAt,
}: DeviceRow): Device {
  return {
    ...{ gateway, id, model, asset, domain, protocol, address, state },
    ...(name === null ? {} : { name }),
    ...(heardAt === null ? {} : { heardAt }),
  };
}

export async function findDevice(db: Db, { tenant }: TenantScope, gateway: string, id: string): Promise<Device> {
  const row = await selectDevices(db, tenant)
    .where('devices.gateway', '=', gateway)
    .where('devices.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new VigieError('NOT_FOUND');
  return toDevice(row);
}

/** A radio device is found under the gateway that was its home before as well. Throws NOT_FOUND. */
export async function findWhereItIs(db: Db, scope: TenantScope, gateway: string, id: string): Promise<Device> {
  const moved = await db
    .selectFrom('lorawanMoves')
    .innerJoin('lorawanHomes', (join) =>
      join
        .onRef('lorawanHomes.tenant', '=', 'lorawanMoves.tenant')
        .onRef('lorawanHomes.devEui', '=', 'lorawanMoves.devEui'),
    )
    .select('lorawanHomes.gateway')
    .where('lorawanMoves.tenant', '=', scope.tenant)
    .where('lorawanMoves.fromGateway', '=', gateway)
    .where('lorawanMoves.device', '=', id)
    .orderBy('lorawanMoves.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  try {
    return await findDevice(db, scope, gateway, id);
  } catch (error) {
    if (!moved?.gateway) throw error;
    return findDevice(db, scope, moved.gateway, id);
  }
}
