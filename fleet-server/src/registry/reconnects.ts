import type { Db } from '../store/database.ts';

/** So many of a gateway are kept: as many as it takes to be told of as one whose link does not hold. */
export const RECONNECTS_KEPT = 6;
const GATEWAYS_PER_STATEMENT = 500;

/** When a gateway came back, as it lies in its row. */
export interface ReconnectColumns {
  /** Epoch milliseconds as JSON, the newest last. */
  reconnects: string;
  /** The oldest of those kept; null while there are fewer. */
  reconnectsSince: number | null;
  reconnectedAt: number;
}

/** The columns of each gateway with what came in since they were written. */
export async function addReconnects(
  db: Db,
  came: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, ReconnectColumns>> {
  const columns = new Map<string, ReconnectColumns>();
  const gateways = [...came.keys()];
  for (let from = 0; from < gateways.length; from += GATEWAYS_PER_STATEMENT) {
    const known = await db
      .selectFrom('gateways')
      .select(['id', 'reconnects'])
      .where('id', 'in', gateways.slice(from, from + GATEWAYS_PER_STATEMENT))
      .execute();
    for (const { id, reconnects } of known) {
      const times = [...(JSON.parse(reconnects) as number[]), ...(came.get(id) ?? [])].slice(-RECONNECTS_KEPT);
      columns.set(id, {
        reconnects: JSON.stringify(times),
        reconnectsSince: times.length < RECONNECTS_KEPT ? null : (times[0] ?? null),
        reconnectedAt: times.at(-1) ?? 0,
      });
    }
  }
  return columns;
}
