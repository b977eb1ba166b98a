import type { DeviceConfig, GatewayConfig } from '@vigie/contract';
import { isLorawanDevice, VigieError } from '@vigie/contract';
import type { Db } from '../store/database.ts';
import type { Catalogue } from './catalogue.ts';
import type { TenantScope } from './scope.ts';

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
}

const COLUMNS = ['gateway', 'id', 'model', 'name', 'asset', 'domain', 'protocol', 'address'] as const;
const ROWS_PER_INSERT = 500;

export async function listDevices(
  db: Db,
  { tenant }: TenantScope,
  page: { gateway?: string; after?: { gateway: string; id: string }; limit: number },
): Promise<Device[]> {
  let query = db
    .selectFrom('devices')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .orderBy('gateway')
    .orderBy('id')
    .limit(page.limit);
  const { gateway, after } = page;
  if (gateway !== undefined) query = query.where('gateway', '=', gateway);
  if (after) {
    query = query.where((eb) =>
      eb.or([eb('gateway', '>', after.gateway), eb.and([eb('gateway', '=', after.gateway), eb('id', '>', after.id)])]),
    );
  }
  return (await query.execute()).map(toDevice);
}

export async function findDevice(db: Db, { tenant }: TenantScope, gateway: string, id: string): Promise<Device> {
  const row = await db
    .selectFrom('devices')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .where('gateway', '=', gateway)
    .where('id', '=', id)
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

/** The rows of a gateway's devices follow its document: they exist so that one can search them. */
export async function projectDevices(
  trx: Db,
  { tenant }: TenantScope,
  gateway: string,
  config: GatewayConfig,
  catalogue: Catalogue,
): Promise<void> {
  await trx.deleteFrom('devices').where('tenant', '=', tenant).where('gateway', '=', gateway).execute();
  const own = new Map(config.models?.map(({ id, domain }) => [id, domain]));
  const domainOf = (model: string) => own.get(model) ?? catalogue.find(model)?.domain ?? 'generic';
  const rows = config.devices.map((device) => toRow(device, tenant, gateway, domainOf(device.model)));
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await trx
      .insertInto('devices')
      .values(rows.slice(from, from + ROWS_PER_INSERT))
      .execute();
  }
}

function toRow(device: DeviceConfig, tenant: string, gateway: string, domain: string) {
  return {
    gateway,
    id: device.id,
    tenant,
    model: device.model,
    name: device.name ?? null,
    asset: device.asset ?? device.id,
    domain,
    ...(isLorawanDevice(device)
      ? { protocol: 'lorawan' as const, address: device.lorawan.devEui }
      : { protocol: 'modbus' as const, address: `${device.modbus.bus}/${device.modbus.unit}` }),
  };
}

function toDevice({ name, ...row }: Omit<Device, 'name'> & { name: string | null }): Device {
  return { ...row, ...(name === null ? {} : { name }) };
}
