import type { ReadingsRecord } from '@vigie/contract';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import { type CityMessage, cityMessages, type UnitOf } from './city-message.ts';
import type { LogTail } from './log-tail.ts';

export interface HistoryQuery {
  /** Position in the log; 0 for the beginning. */
  after: number;
  /** Most records; a record may hold several readings. */
  limit: number;
  gateway?: string;
  device?: string;
  quantity?: string;
}

export interface HistoryPage {
  messages: CityMessage[];
  /** Where to go on: give it as `after`, also after an empty page. */
  next: number;
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
  const page =
    query.device === undefined ? await readLog(tail, tenant, query) : await readDevice(db, tail.head, tenant, query);
  const messages = page.entries
    .filter(({ gateway }) => query.gateway === undefined || gateway === query.gateway)
    .flatMap((entry) => cityMessages(entry, unitOf))
    .filter(({ quantity }) => query.quantity === undefined || quantity === query.quantity);
  return { messages, next: page.through, more: page.through < tail.head };
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

async function readDevice(db: Db, head: number, tenant: string, { after, limit, device, gateway }: HistoryQuery) {
  let query = db
    .selectFrom('uplinks')
    .innerJoin('streams', 'streams.id', 'uplinks.stream')
    .select(['uplinks.id', 'seq', 'asset', 'domain', 'at', 'historical', 'body', 'streams.gateway', 'streams.epoch'])
    .where('uplinks.tenant', '=', tenant)
    .where('uplinks.device', '=', device ?? '')
    .where('uplinks.kind', '=', 'readings')
    .where('uplinks.id', '>', after)
    .where('uplinks.id', '<=', head)
    .orderBy('uplinks.id')
    .limit(limit);
  if (gateway !== undefined) query = query.where('streams.gateway', '=', gateway);
  const rows = await query.execute();
  const entries = rows.map(({ body, historical, asset, domain, ...row }) => ({
    ...{ ...row, tenant, asset: asset ?? '', domain: domain ?? '' },
    ...{ historical: historical === 1, record: JSON.parse(body) as ReadingsRecord },
  }));
  return { entries, through: rows.length === limit ? (rows.at(-1)?.id ?? head) : head };
}
