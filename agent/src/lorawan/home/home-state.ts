import { type LorawanBackup, sessionsOf } from '@vigie/contract';

/** What this gateway knows of being a device's home, on disk. */
export interface HomeState {
  generation: number;
  /** The fleet server knows that the session arrived here. Before that no downlink counter is used. */
  confirmed: boolean;
  /** The fleet server has acknowledged a backup of this home. */
  acknowledged?: boolean;
  /** Released to another gateway: no answer until a higher generation comes back. */
  released?: boolean;
  /** By session: a limit of downlink counters that the server's backup is known not to be below. 0 where absent. */
  kept: Record<string, number>;
  keptJoinNonce: number;
  /** The device is gone from here, and the server has the last state of it. */
  told?: boolean;
}

export const HOMES = 'lorawan.homes';

/** What a backup says may have been used. */
export function limitsOf(backup: LorawanBackup): Pick<HomeState, 'kept' | 'keptJoinNonce'> {
  return {
    kept: Object.fromEntries(sessionsOf(backup).map(({ id, fCntDownLimit }) => [id, fCntDownLimit])),
    keptJoinNonce: backup.join.nextJoinNonce,
  };
}
