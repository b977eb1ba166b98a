import type { Db } from '../store/database.ts';

export interface ServerEvent {
  tenant: string;
  gateway?: string;
  device?: string;
  code: string;
  severity: 'info' | 'warning' | 'alarm';
  message?: string;
  at: number;
}

/** Something that the server itself noticed, beside what gateways report. */
export async function recordEvent(
  db: Db,
  { tenant, gateway, device, code, severity, message, at }: ServerEvent,
): Promise<void> {
  await db
    .insertInto('events')
    .values({
      ...{ tenant, gateway: gateway ?? null, device: device ?? null, source: 'server' as const },
      ...{ code, severity, message: message?.slice(0, 512) ?? null, at, storedAt: at },
    })
    .execute();
}
