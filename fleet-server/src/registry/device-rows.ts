import type { DeviceConfig, GatewayConfig } from '@vigie/contract';
import { isLorawanDevice } from '@vigie/contract';
import type { Db } from '../store/database.ts';
import type { Catalogue } from './catalogue.ts';
import type { TenantScope } from './scope.ts';

const ROWS_PER_INSERT = 500;

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
      ? { protocol: 'lorawan' as const, address: device.lorawan.devEui, subject: device.lorawan.devEui }
      : {
          ...{ protocol: 'modbus' as const, address: `${device.modbus.bus}/${device.modbus.unit}` },
          subject: `${gateway}/${device.id}`,
        }),
  };
}
