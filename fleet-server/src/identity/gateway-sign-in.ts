import type { Clock } from '../clock.ts';
import type { GatewayDirectory, GatewayEntry } from '../registry/gateway-directory.ts';
import type { Db } from '../store/database.ts';

/** The gateway that a certificate stands for, unless either was revoked. The TLS layer has checked the signature. */
export async function admitGateway(
  { db, clock, directory }: { db: Db; clock: Clock; directory: GatewayDirectory },
  { gateway, serial }: { gateway: string; serial: string },
): Promise<GatewayEntry | undefined> {
  const certificate = await db
    .selectFrom('certificates')
    .select('serial')
    .where('serial', '=', serial)
    .where('gateway', '=', gateway)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', clock.now())
    .executeTakeFirst();
  return certificate && directory.load(gateway);
}
