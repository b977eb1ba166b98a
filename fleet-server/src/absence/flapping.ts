import { recordEvent } from '../audit/events.ts';
import { RECONNECTS_KEPT } from '../registry/reconnects.ts';
import type { Db } from '../store/database.ts';
import { duration } from './tell.ts';

/**
 * A link that comes and goes is never away long enough to be told of as such. So many reconnects within this time are
 * too many; none for as long ends it.
 */
export const FLAPPING_WINDOW_MS = 30 * 60_000;
/** Gateways that one tick deals with; the next one goes on. */
const ROWS_PER_TICK = 1_000;

/** Tells once of each gateway whose link does not hold, and once that it does again. */
export async function tellOfFlapping(trx: Db, now: number): Promise<void> {
  const since = now - FLAPPING_WINDOW_MS;
  const changed = await trx
    .selectFrom('gateways')
    .select(['id', 'tenant', 'online', 'flappingTold', 'reconnectsSince', 'reconnectedAt'])
    .where((eb) =>
      eb.or([
        eb.and([eb('flappingTold', '=', 0), eb('reconnectsSince', '>', since)]),
        eb.and([eb('flappingTold', '=', 1), eb('reconnectedAt', '<=', since)]),
      ]),
    )
    .limit(ROWS_PER_TICK)
    .execute();
  for (const { id: gateway, tenant, online, flappingTold, reconnectsSince, reconnectedAt } of changed) {
    await trx
      .updateTable('gateways')
      .set({ flappingTold: flappingTold === 1 ? 0 : 1 })
      .where('id', '=', gateway)
      .execute();
    if (flappingTold === 0) {
      const message = `${RECONNECTS_KEPT} reconnects in ${duration(now - (reconnectsSince ?? now))}`;
      await recordEvent(trx, { tenant, gateway, code: 'GATEWAY_FLAPPING', severity: 'warning', message, at: now });
      continue;
    }
    const quiet = `No reconnect for ${duration(now - (reconnectedAt ?? now))}`;
    const message = `${quiet}: it is ${online === 1 ? 'online' : 'away'}`;
    await recordEvent(trx, { tenant, gateway, code: 'GATEWAY_STEADY', severity: 'info', message, at: now });
  }
}
