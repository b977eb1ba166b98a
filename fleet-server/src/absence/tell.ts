import type { ErrorCode } from '@vigie/contract';
import { recordEvent } from '../audit/events.ts';
import type { Db } from '../store/database.ts';

export interface Told {
  tenant: string;
  gateway: string;
  device: string;
  /** How long it was unheard. */
  sinceMs: number;
}

/** More devices of one gateway at once are told of as one: a fallen antenna is not as many faults as it had devices. */
const ONE_BY_ONE = 5;
const NAMED = 20;

/** An event for each device, or one for all of a gateway that changed together. */
export async function tellOfDevices(
  db: Db,
  event: { code: ErrorCode; severity: 'info' | 'warning'; at: number },
  told: readonly Told[],
): Promise<void> {
  for (const of of Map.groupBy(told, ({ tenant, gateway }) => `${tenant}/${gateway}`).values()) {
    const [{ tenant, gateway } = { tenant: '', gateway: '' }] = of;
    if (of.length <= ONE_BY_ONE) {
      for (const { device, sinceMs } of of)
        await recordEvent(db, { ...event, tenant, gateway, device, message: `Unheard for ${duration(sinceMs)}` });
      continue;
    }
    const more = of.length > NAMED ? ` and ${of.length - NAMED} more` : '';
    const names = of.slice(0, NAMED).map(({ device }) => device);
    await recordEvent(db, { ...event, tenant, gateway, message: `${of.length} devices: ${names.join(', ')}${more}` });
  }
}

export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
