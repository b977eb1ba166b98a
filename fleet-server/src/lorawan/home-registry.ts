import {
  type DeviceConfig,
  type GatewayConfig,
  HOME_LEAP,
  isLorawanDevice,
  type LorawanDeviceConfig,
  VigieError,
} from '@vigie/contract';
import type { Selectable } from 'kysely';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import type { LorawanHomeTable } from '../store/schema.ts';

export type Home = Selectable<LorawanHomeTable>;

const ROWS_PER_STATEMENT = 200;

/** Whether the gateway's own network server answers the device, or speaks to the group: another box could not go on without its counters. */
export function hasHome(device: DeviceConfig): device is LorawanDeviceConfig {
  return isLorawanDevice(device) && device.lorawan.activation.mode !== 'external';
}

/** Several gateways may speak to the members of one group, each by a document of its own. */
function isGroup({ lorawan }: LorawanDeviceConfig): boolean {
  return lorawan.activation.mode === 'multicast';
}

/**
 * Homes follow the documents: the gateway in whose document a device stands is its home. Called in the transaction that
 * stores a document; answers it as it is to be stored, with the generation of each device. Throws CONFLICT for a device
 * that stands in another gateway's document.
 */
export async function settleHomes(
  trx: Db,
  { tenant }: TenantScope,
  gateway: string,
  draft: GatewayConfig,
  at: number,
): Promise<GatewayConfig> {
  const config = await withOverlap(trx, tenant, draft);
  const overlaps = config.lorawan?.passFrames === true ? 1 : 0;
  const own = config.devices.filter(hasHome);
  const known = await knownHomes(trx, tenant, gateway, own);
  const generations = new Map<string, number>();
  const fresh: LorawanHomeTableInsert[] = [];
  for (const device of own) {
    const { devEui } = device.lorawan;
    const pinned = device.lorawan.home === 'fixed' ? 1 : 0;
    const home = known.get(devEui);
    if (!home) {
      const row = { tenant, devEui, gateway, device: device.id, pinned, overlaps, generation: 1 };
      fresh.push({ ...row, state: 'settled', since: at });
      continue;
    }
    if (home.gateway !== null && home.gateway !== gateway) {
      if (isGroup(device)) continue;
      throw new VigieError('CONFLICT', `Device ${devEui} has its home at gateway ${home.gateway}: move it from there`);
    }
    const generation = await settleHome(trx, home, { gateway, device: device.id, pinned, overlaps, at });
    if (generation > 1) generations.set(devEui, generation);
  }
  for (let from = 0; from < fresh.length; from += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('lorawanHomes')
      .values(fresh.slice(from, from + ROWS_PER_STATEMENT))
      .execute();
  }
  const present = new Set(own.map(({ lorawan }) => lorawan.devEui));
  for (const home of known.values()) {
    if (home.gateway !== gateway || present.has(home.devEui)) continue;
    const orphan = { gateway: null, state: 'settled' as const, target: null, reason: null, since: at };
    await whereHome(trx.updateTable('lorawanHomes').set(orphan), home).execute();
  }
  await addressesOf(trx, tenant, own);
  return { ...config, devices: config.devices.map((device) => withGeneration(device, generations)) };
}

type LorawanHomeTableInsert = Pick<
  LorawanHomeTable,
  'tenant' | 'devEui' | 'gateway' | 'device' | 'pinned' | 'overlaps' | 'generation' | 'state' | 'since'
>;

interface Placement {
  gateway: string;
  device: string;
  pinned: number;
  overlaps: number;
  at: number;
}

/** A device that comes from elsewhere arrives with the next generation, and with the session that the vault has. */
async function settleHome(trx: Db, home: Home, { at, ...place }: Placement): Promise<number> {
  const arrives = home.gateway === null && home.backup !== null;
  const same =
    home.gateway === place.gateway &&
    home.device === place.device &&
    home.pinned === place.pinned &&
    home.overlaps === place.overlaps;
  if (same) return home.generation;
  const generation = home.generation + (arrives ? 1 : 0);
  const isParted = home.overlaps === 1 && place.overlaps === 0 && !arrives;
  await whereHome(
    trx.updateTable('lorawanHomes').set({
      ...place,
      generation,
      // A former gateway tells its sessions only while it overlaps with others: after that the backup grows old, and
      // nothing may begin from it. A present one tells them again.
      ...(isParted && { backup: null, backupGeneration: null }),
      ...(arrives && { state: 'importing', since: at, target: null, reason: null, ...leapOf(home) }),
    }),
    home,
  ).execute();
  return generation;
}

/**
 * What the last home may have used without the server's knowledge is skipped. One that let go of the device used
 * nothing since its last word, and one that never confirmed its import used nothing at all.
 */
function leapOf(home: Home): { leap: number; released: number } {
  const confirmed = home.backupGeneration === home.generation;
  return { leap: home.released === 1 ? 0 : confirmed ? HOME_LEAP : home.leap, released: 0 };
}

/** All homes at a gateway. */
export function homesAt(db: Db, { tenant }: TenantScope, gateway: string): Promise<Home[]> {
  return db
    .selectFrom('lorawanHomes')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('gateway', '=', gateway)
    .orderBy('devEui')
    .execute();
}

/**
 * What the server has of the gateway's devices, or of one of them, goes to it once more. Without `devEui` with the next
 * generation, which its document is to name: the box is another one, and what the former one says counts no more.
 * Answers how many homes that concerns. Of a device that nothing is known of there is nothing to give, unless it had
 * other homes before: then the gateway waits for a word of it.
 */
export async function giveBack(
  db: Db,
  { tenant, gateway, at }: { tenant: string; gateway: string; at: number },
  devEui?: string,
): Promise<number> {
  const update = db
    .updateTable('lorawanHomes')
    .set((eb) => ({
      ...{ state: 'importing' as const, since: at, target: null, reason: null, released: 0 },
      leap: eb
        .case()
        .when('released', '=', 1)
        .then(0)
        .when('backupGeneration', '=', eb.ref('generation'))
        .then(HOME_LEAP)
        .else(eb.ref('leap'))
        .end(),
      ...(devEui === undefined && { generation: eb('generation', '+', 1) }),
    }))
    .where('tenant', '=', tenant)
    .where('gateway', '=', gateway)
    // What the box before never had is still on its way.
    .where((eb) => eb.or([eb('state', '!=', 'importing'), eb('backupGeneration', '=', eb.ref('generation'))]))
    .where((eb) => eb.or([eb('backup', 'is not', null), eb('generation', '>', 1)]));
  const { numUpdatedRows } = await (devEui === undefined
    ? update
    : update.where('devEui', '=', devEui)
  ).executeTakeFirst();
  return Number(numUpdatedRows);
}

function whereHome<Q extends { where(column: 'tenant' | 'devEui', op: '=', value: string): Q }>(
  query: Q,
  { tenant, devEui }: Pick<Home, 'tenant' | 'devEui'>,
): Q {
  return query.where('tenant', '=', tenant).where('devEui', '=', devEui);
}

async function knownHomes(
  trx: Db,
  tenant: string,
  gateway: string,
  devices: readonly LorawanDeviceConfig[],
): Promise<Map<string, Home>> {
  const rows = await trx
    .selectFrom('lorawanHomes')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('gateway', '=', gateway)
    .execute();
  const known = new Map(rows.map((row) => [row.devEui, row]));
  const others = devices.map(({ lorawan }) => lorawan.devEui).filter((devEui) => !known.has(devEui));
  for (let from = 0; from < others.length; from += ROWS_PER_STATEMENT) {
    const found = await trx
      .selectFrom('lorawanHomes')
      .selectAll()
      .where('tenant', '=', tenant)
      .where('devEui', 'in', others.slice(from, from + ROWS_PER_STATEMENT))
      .execute();
    for (const row of found) known.set(row.devEui, row);
  }
  return known;
}

/** Where a tenant has several gateways they pass frames on, unless a document says otherwise. */
async function withOverlap(trx: Db, tenant: string, config: GatewayConfig): Promise<GatewayConfig> {
  if (!config.lorawan || config.lorawan.passFrames !== undefined) return config;
  const some = await trx.selectFrom('gateways').select('id').where('tenant', '=', tenant).limit(2).execute();
  return some.length > 1 ? { ...config, lorawan: { ...config.lorawan, passFrames: true } } : config;
}

function withGeneration(device: DeviceConfig, generations: ReadonlyMap<string, number>): DeviceConfig {
  if (!hasHome(device)) return device;
  const { generation: _given, ...lorawan } = device.lorawan;
  const generation = generations.get(lorawan.devEui);
  return { ...device, lorawan: { ...lorawan, ...(generation !== undefined && { generation }) } };
}

/** How devices are known before anything was heard of them: by their DevEUI, or the address that they were given. */
async function addressesOf(trx: Db, tenant: string, devices: readonly LorawanDeviceConfig[]): Promise<void> {
  const rows = devices.map(({ lorawan: { devEui, activation } }) => ({
    ...{ tenant, devEui },
    devAddr: activation.mode === 'abp' ? activation.devAddr : devEui,
  }));
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('lorawanAddresses')
      .values(rows.slice(from, from + ROWS_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

export async function findHome(db: Db, { tenant }: TenantScope, devEui: string): Promise<Home | undefined> {
  return db
    .selectFrom('lorawanHomes')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('devEui', '=', devEui)
    .executeTakeFirst();
}
