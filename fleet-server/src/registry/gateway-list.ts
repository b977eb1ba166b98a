import { sql } from 'kysely';
import type { Db } from '../store/database.ts';
import { type Gateway, type GatewayState, selectGateways, toGateway } from './gateways.ts';
import { isBehind, type OrderKey, openPlace, patternOf, sealPlace } from './list-page.ts';
import type { TenantScope } from './scope.ts';

export const GATEWAY_SORTS = ['id', '-id', 'name', '-name', 'lastSeenAt', '-lastSeenAt'] as const;
export type GatewaySort = (typeof GATEWAY_SORTS)[number];

export interface GatewayQuery {
  site?: string;
  q?: string;
  state?: GatewayState;
  /** Only those that refuse the document which they should run. */
  config?: 'refused';
  sort?: GatewaySort;
  cursor?: string;
  /** The older way to page, in the order of the ids. */
  after?: string;
  limit: number;
}

/** The same as `stateOf`, where the database is to choose by it. */
const STATE = sql<GatewayState>`case
  when gateways.revoked_at is not null then 'revoked'
  when gateways.online = 1 then 'online'
  when gateways.last_seen_at is null then 'new'
  else 'offline' end`;

/** The revision that the gateway should run stands in its refusal, which is JSON as it came: no spaces, text escaped. */
const REFUSES = sql<boolean>`(gateways.revoked_at is null and gateways.config_rejected is not null and (
  gateways.config_rejected like '%"revision":' || gateways.config_revision || ',%'
  or gateways.config_rejected like '%"revision":' || gateways.config_revision || '}%'))`;

const ID = sql<string>`gateways.id`;
const SORTED_BY = {
  name: sql<string>`lower(gateways.name)`,
  lastSeenAt: sql<number>`coalesce(gateways.last_seen_at, 0)`,
};

export async function listGateways(
  db: Db,
  { tenant }: TenantScope,
  { site, q, state, config, sort = 'id', cursor, after, limit }: GatewayQuery,
): Promise<{ items: Gateway[]; next?: string }> {
  const keys = keysOf(sort);
  let query = selectGateways(db, tenant)
    .select(SORTED_BY.name.as('sortName'))
    .limit(limit + 1);
  if (site !== undefined) query = query.where('gateways.site', '=', site);
  if (q !== undefined) query = query.where(matches(q));
  if (state !== undefined) query = query.where(STATE, '=', state);
  if (config === 'refused') query = query.where(REFUSES);
  const begun = after !== undefined && sort === 'id' ? [after] : undefined;
  const place = cursor === undefined ? begun : openPlace(sort, cursor, keys.length);
  if (place) query = query.where((eb) => isBehind(eb, keys, place));
  for (const { expression, descending } of keys) query = query.orderBy(expression, descending ? 'desc' : 'asc');
  const rows = await query.execute();
  const shown = rows.slice(0, limit);
  const items = shown.map(({ status: _status, ...row }) => toGateway({ ...row, status: null }));
  const last = shown.at(-1);
  if (rows.length <= limit || !last) return { items };
  const by = sort.replace('-', '');
  const first = by === 'name' ? [last.sortName] : by === 'lastSeenAt' ? [last.lastSeenAt ?? 0] : [];
  return { items, next: sealPlace(sort, [...first, last.id]) };
}

function keysOf(sort: GatewaySort): readonly OrderKey[] {
  const [by, descending] = sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
  const expression = SORTED_BY[by as keyof typeof SORTED_BY];
  return expression
    ? [
        { expression, descending },
        { expression: ID, descending: false },
      ]
    : [{ expression: ID, descending }];
}

function matches(q: string) {
  const pattern = patternOf(q);
  return sql<boolean>`(lower(gateways.id) like ${pattern} escape '\\' or lower(gateways.name) like ${pattern} escape '\\')`;
}

export type GatewayCounts = Record<GatewayState | 'total' | 'configRefused', number>;

export async function countGateways(db: Db, { tenant }: TenantScope): Promise<GatewayCounts> {
  const rows = await db
    .selectFrom('gateways')
    .select((eb) => [STATE.as('of'), eb.fn.countAll<number>().as('count')])
    .select(sql<number>`sum(case when ${REFUSES} then 1 else 0 end)`.as('refused'))
    .where('tenant', '=', tenant)
    .groupBy('of')
    .execute();
  const counts: GatewayCounts = { total: 0, new: 0, online: 0, offline: 0, revoked: 0, configRefused: 0 };
  for (const { of, count, refused } of rows) {
    counts[of] = Number(count);
    counts.total += Number(count);
    counts.configRefused += Number(refused);
  }
  return counts;
}
