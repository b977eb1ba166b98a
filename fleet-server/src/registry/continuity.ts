import { VigieError } from '@vigie/contract';
import type { Db } from '../store/database.ts';
import { holesIn, type SeqRange, sizeOf } from '../store/seq-ranges.ts';
import type { TenantScope } from './scope.ts';

export interface Continuity {
  epoch: string;
  /** Highest number that was heard of. */
  newest: number;
  /** Numbers below it that neither came nor were reported as dropped. */
  missing: number;
  /** The newest of the holes. */
  holes: { from: number; to: number }[];
}

const MAX_STREAMS = 50;
const MAX_HOLES = 100;

/** What is missing of each outbox of a gateway, the newest outbox first. */
export async function listContinuity(db: Db, { tenant }: TenantScope, gateway: string): Promise<Continuity[]> {
  const found = await db
    .selectFrom('gateways')
    .select('id')
    .where('tenant', '=', tenant)
    .where('id', '=', gateway)
    .executeTakeFirst();
  if (!found) throw new VigieError('NOT_FOUND');
  const rows = await db
    .selectFrom('streams')
    .select(['epoch', 'covered'])
    .where('gateway', '=', gateway)
    .orderBy('id', 'desc')
    .limit(MAX_STREAMS)
    .execute();
  return rows.map(({ epoch, covered }) => {
    const ranges = JSON.parse(covered) as SeqRange[];
    const holes = holesIn(ranges);
    const shown = holes.slice(-MAX_HOLES).reverse();
    return {
      ...{ epoch, newest: ranges.at(-1)?.[1] ?? 0, missing: sizeOf(holes) },
      holes: shown.map(([from, to]) => ({ from, to })),
    };
  });
}
