import type { RadioLink, ReadingsRecord } from '@vigie/contract';
import { marginOf } from '../lorawan/link-statistics.ts';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';

/** How one stored message of a device was heard. */
export interface LinkRecord {
  id: number;
  /** Epoch milliseconds at which the gateway received it. */
  receivedAt: number;
  link: RadioLink;
  /** Above the least SNR at its data rate. */
  marginDb: number;
}

export interface LinkPage {
  items: LinkRecord[];
  /** Of these items: frames that were sent between them and are not here, and the margins. */
  summary: {
    heard: number;
    missed: number;
    dataRates: Record<string, number>;
    marginMinDb?: number;
    marginMeanDb?: number;
  };
  /** Give it as `before` for older ones; absent where there are none. */
  next?: number;
}

/** The links of a device's stored messages, the newest first. What was not heard by radio is passed over. */
export async function listLinks(
  db: Db,
  { tenant }: TenantScope,
  query: { gateway: string; device: string; before: number; limit: number },
): Promise<LinkPage> {
  const { gateway, device, before, limit } = query;
  const rows = await db
    .selectFrom('uplinks')
    .innerJoin('streams', 'streams.id', 'uplinks.stream')
    .select(['uplinks.id', 'uplinks.body'])
    .where('uplinks.tenant', '=', tenant)
    .where('uplinks.device', '=', device)
    .where('uplinks.kind', '=', 'readings')
    .where('streams.gateway', '=', gateway)
    .where('uplinks.id', '<', before)
    .orderBy('uplinks.id', 'desc')
    .limit(limit)
    .execute();
  const items = rows.flatMap(({ id, body }): LinkRecord[] => {
    const { link, times } = JSON.parse(body) as ReadingsRecord;
    return link ? [{ id, receivedAt: times.receivedAt, link, marginDb: tenths(marginOf(link)) }] : [];
  });
  const last = rows.length === limit ? rows.at(-1)?.id : undefined;
  return { items, summary: summarise(items), ...(last === undefined ? {} : { next: last }) };
}

function summarise(items: readonly LinkRecord[]): LinkPage['summary'] {
  const dataRates: Record<string, number> = {};
  for (const { link } of items) dataRates[link.dataRate] = (dataRates[link.dataRate] ?? 0) + 1;
  const counters = items.map(({ link }) => link.fCnt).reverse();
  const missed = counters.reduce((sum, fCnt, index) => {
    const before = counters[index - 1];
    // A counter that fell is a new session's.
    return before === undefined || fCnt <= before ? sum : sum + fCnt - before - 1;
  }, 0);
  const margins = items.map(({ marginDb }) => marginDb);
  const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
  return {
    ...{ heard: items.length, missed, dataRates },
    ...(margins.length === 0 ? {} : { marginMinDb: Math.min(...margins), marginMeanDb: tenths(mean) }),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
