import { sql } from 'kysely';
import type { Db } from '../store/database.ts';
import {
  DEVICE_STATE,
  type Device,
  type DeviceRow,
  type DeviceState,
  devicesWithStates,
  selectDevices,
  toDevice,
} from './devices.ts';
import { isBehind, type OrderKey, openPlace, patternOf, sealPlace } from './list-page.ts';
import type { TenantScope } from './scope.ts';

export const DEVICE_SORTS = ['gateway', 'name', '-name', 'model', '-model', 'heardAt', '-heardAt'] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];

export interface DeviceQuery {
  gateway?: string;
  q?: string;
  state?: DeviceState;
  sort?: DeviceSort;
  cursor?: string;
  /** The older way to page, in the order of gateway and id. */
  after?: { gateway: string; id: string };
  limit: number;
}

const SORTED_BY = {
  name: sql<string>`lower(coalesce(devices.name, devices.id))`,
  model: sql<string>`devices.model`,
  heardAt: sql<number>`coalesce(device_states.heard_at, 0)`,
};
const TOTAL: readonly OrderKey[] = [
  { expression: sql<string>`devices.gateway`, descending: false },
  { expression: sql<string>`devices.id`, descending: false },
];

export async function listDevices(
  db: Db,
  { tenant }: TenantScope,
  { gateway, q, state, sort = 'gateway', cursor, after, limit }: DeviceQuery,
): Promise<{ items: Device[]; next?: string }> {
  const keys = keysOf(sort);
  let query = selectDevices(db, tenant)
    .select(SORTED_BY.name.as('sortName'))
    .limit(limit + 1);
  if (gateway !== undefined) query = query.where('devices.gateway', '=', gateway);
  if (q !== undefined) query = query.where(matches(q));
  if (state !== undefined) query = query.where(DEVICE_STATE, '=', state);
  const place =
    cursor === undefined
      ? after && sort === 'gateway' && [after.gateway, after.id]
      : openPlace(sort, cursor, keys.length);
  if (place) query = query.where((eb) => isBehind(eb, keys, place));
  for (const { expression, descending } of keys) query = query.orderBy(expression, descending ? 'desc' : 'asc');
  const rows = await query.execute();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items: items.map(toDevice) };
  return { items: items.map(toDevice), next: sealPlace(sort, placeOf(sort, last)) };
}

function keysOf(sort: DeviceSort): readonly OrderKey[] {
  const [by, descending] = sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
  const expression = SORTED_BY[by as keyof typeof SORTED_BY];
  return expression ? [{ expression, descending }, ...TOTAL] : TOTAL;
}

function placeOf(sort: DeviceSort, row: DeviceRow & { sortName: string }) {
  const total = [row.gateway, row.id];
  const by = sort.replace('-', '');
  // `lower` of the database decides, which is not the one of this language.
  if (by === 'name') return [row.sortName, ...total];
  if (by === 'model') return [row.model, ...total];
  return by === 'heardAt' ? [row.heardAt ?? 0, ...total] : total;
}

function matches(q: string) {
  const pattern = patternOf(q);
  return sql<boolean>`(lower(devices.id) like ${pattern} escape '\\' or lower(coalesce(devices.name, '')) like ${pattern}
    escape '\\' or lower(devices.address) like ${pattern} escape '\\' or lower(devices.model) like ${pattern} escape '\\'
    or lower(devices.asset) like ${pattern} escape '\\')`;
}

export type DeviceCounts = Record<DeviceState | 'total', number>;

export async function countDevices(db: Db, { tenant }: TenantScope): Promise<DeviceCounts> {
  const rows = await devicesWithStates(db, tenant)
    .select((eb) => [DEVICE_STATE.as('of'), eb.fn.countAll<number>().as('count')])
    .groupBy('of')
    .execute();
  const counts: DeviceCounts = { total: 0, neverHeard: 0, inService: 0, silent: 0, unknown: 0 };
  for (const { of, count } of rows) {
    counts[of] = Number(count);
    counts.total += Number(count);
  }
  return counts;
}
