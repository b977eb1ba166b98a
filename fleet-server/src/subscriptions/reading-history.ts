import type { ReadingsRecord } from '@vigie/contract';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import { type CityMessage, cityMessages, type UnitOf } from './city-message.ts';
import type { LogTail } from './log-tail.ts';

export interface HistoryQuery {
  /** Position in the log; 0 for the beginning. */
  after: number;
  /** How many readings of the record behind `after` were given already: a page may end within a record. */
  taken: number;
  /** Most readings. */
  limit: number;
  /** Epoch milliseconds; what was so from here on. */
  from?: number;
  /** What was so before this. */
  to?: number;
  gateway?: string;
  device?: string;
  quantity?: string;
}

export interface HistoryPage {
  messages: CityMessage[];
  /** Where to go on, also after an empty page. */
  next: { after: number; taken: number };
  /** Whether there was more when the page was read. */
  more: boolean;
}

const MAX_STRETCHES = 20;

/** Readings in the order in which they were stored: what one has read never changes and nothing comes in before it. */
export async function readHistory(
  { db, tail, unitOf }: { db: Db; tail: LogTail; unitOf: UnitOf },
  { tenant }: TenantScope,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const { limit, taken, after, gateway, quantity, from, to } = query;
  const isFound = query.device !== undefined || from !== undefined || to !== undefined;
  const page = isFound ? await findInLog(db, tail.head, tenant, query) : await readLog(tail, tenant, query);
  const messages: CityMessage[] = [];
  for (const entry of page.entries) {
    if (gateway !== undefined && entry.gateway !== gateway) continue;
    const given = entry.id === after + 1 ? taken : 0;
    for (const [index, message] of cityMessages(entry, unitOf).entries()) {
      if (index < given || (quantity !== undefined && message.quantity !== quantity)) continue;
      if (messages.length === limit) return { messages, next: { after: entry.id - 1, taken: index }, more: true };
      messages.push(message);
    }
  }
  return { messages, next: { after: Math.max(page.through, after), taken: 0 }, more: page.through < tail.head };
}

/** Stretch by stretch, and not without end: a page may come back empty and `next` still moves on. */
async function readLog(tail: LogTail, tenant: string, { after, limit }: HistoryQuery) {
  const page = await tail.read(after, { tenant, limit });
  for (let count = 1; count < MAX_STRETCHES && page.entries.length < limit && page.through < tail.head; count += 1) {
    const further = await tail.read(page.through, { tenant, limit: limit - page.entries.length });
    page.entries.push(...further.entries);
    page.through = further.through;
  }
  return page;
}

/** A page looks at so many ids at most, so that a range far behind holds up nobody. */
const SEARCHED_IDS = 200_000;

async function findInLog(db: Db, head: number, tenant: string, search: HistoryQuery) {
  const { after, limit, device, gateway, from, to } = search;
  // The index of a device leads to its records alone.
  const end = device === undefined ? Math.min(head, after + SEARCHED_IDS) : head;
  let query = db
    .selectFrom('uplinks')
    .innerJoin('streams', 'streams.id', 'uplinks.stream')
    .select(['uplinks.id', 'seq', 'asset', 'domain', 'at', 'historical', 'body', 'streams.gateway', 'streams.epoch'])
    .where('uplinks.tenant', '=', tenant)
    .where('uplinks.kind', '=', 'readings')
    .where('uplinks.id', '>', after)
    .where('uplinks.id', '<=', end)
    .orderBy('uplinks.id')
    .limit(limit);
  if (device !== undefined) query = query.where('uplinks.device', '=', device);
  if (from !== undefined) query = query.where('uplinks.at', '>=', from);
  if (to !== undefined) query = query.where('uplinks.at', '<', to);
  if (gateway !== undefined) query = query.where('streams.gateway', '=', gateway);
  const rows = await query.execute();
  const entries = rows.map(({ body, historical, asset, domain, ...row }) => ({
    ...{ ...row, tenant, asset: asset ?? '', domain: domain ?? '' },
    ...{ historical: historical === 1, record: JSON.parse(body) as ReadingsRecord },
  }));
  return { entries, through: rows.length === limit ? (rows.at(-1)?.id ?? end) : end };
}
