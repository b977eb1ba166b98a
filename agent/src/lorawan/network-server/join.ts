import type { LorawanMacSettings } from '@vigie/contract';
import type { StateChange } from '../../state-store.ts';
import { devAddrHex, devAddrOf } from './dev-addr.ts';
import type { Device } from './device.ts';
import { buildJoinAccept, deriveSessionKeys, joinRequestMic } from './frame-security.ts';
import type { JoinRequest } from './phy-payload.ts';
import { defaultWindows, type RegionTable, type WindowParameters } from './regions/region.ts';
import { Session } from './session.ts';

export const SESSIONS = 'lorawan.sessions';
export const JOINS = 'lorawan.joins';

export type JoinOutcome =
  | { ok: true; session: Session; joinAccept: Buffer; changes: StateChange[] }
  | {
      ok: false;
      code:
        | 'LORAWAN_DEVICE_UNKNOWN'
        | 'LORAWAN_JOINEUI_MISMATCH'
        | 'LORAWAN_MIC_INVALID'
        | 'LORAWAN_DEVNONCE_USED'
        | 'LORAWAN_BACKUP_OVERDUE';
      detail?: string;
    };

export interface JoinContext {
  region: RegionTable;
  netId: number;
  /** 32 random bits, and whether a DevAddr is another device's already. */
  randomAddress(): number;
  isTaken(devAddr: number): boolean;
}

/**
 * Answers a Join-request (LoRaWAN 1.0.x, section 6.2). `changes` must be on the disk before the accept is sent and
 * the session is used; the DevNonce counts as used from now on in any case.
 */
export function acceptJoin(device: Device, request: JoinRequest, context: JoinContext): JoinOutcome {
  const { activation } = device.config.lorawan;
  const { appKey } = device;
  if (activation.mode !== 'otaa' || !appKey) return { ok: false, code: 'LORAWAN_DEVICE_UNKNOWN' };
  const mismatch = joinEuiMismatch(request.joinEui, activation.joinEui);
  if (mismatch !== undefined) return { ok: false, code: 'LORAWAN_JOINEUI_MISMATCH', detail: mismatch };
  if (!joinRequestMic(appKey, request.signed).equals(request.mic)) return { ok: false, code: 'LORAWAN_MIC_INVALID' };
  if (!device.mayUse(request.devNonce)) return { ok: false, code: 'LORAWAN_DEVNONCE_USED' };

  if (device.nextJoinNonce >= device.joinCeiling) return { ok: false, code: 'LORAWAN_BACKUP_OVERDUE' };

  const { region, netId } = context;
  const joinNonce = device.nextJoinNonce;
  device.use(request.devNonce);
  const devAddr = freeDevAddr(context);
  const { nwkSKey, appSKey } = deriveSessionKeys(appKey, joinNonce, netId, request.devNonce);
  const windows = joinWindows(region, device.settings);
  const session = Session.create({
    id: `${device.keyCheck}-${joinNonce}`,
    joinNonce,
    supersedes: device.sessions().map(({ id }) => id),
    devAddr: devAddrHex(devAddr),
    nwkSKey: nwkSKey.toString('hex'),
    appSKey: appSKey.toString('hex'),
    nextFCntUp: 0,
    ...windows,
  });
  device.offered = session;
  const cfList = region.channelList;
  const joinAccept = buildJoinAccept(appKey, {
    joinNonce,
    netId,
    devAddr,
    rx1DrOffset: windows.rx1DrOffset,
    rx2DataRate: windows.rx2DataRate,
    rxDelay: windows.rx1DelayMs / 1_000,
    ...(cfList && { cfList }),
  });
  return {
    ok: true,
    session,
    joinAccept,
    changes: [
      { collection: JOINS, key: device.devEui, value: device.joinState() },
      { collection: SESSIONS, key: device.devEui, value: device.sessionStates() },
    ],
  };
}

/** What is wrong with the JoinEUI that a device asks with, as a sentence. */
export function joinEuiMismatch(asked: string, configured: string): string | undefined {
  if (asked === configured) return undefined;
  const how = reversedEui(asked) === configured ? 'the configured one backwards' : `configured is ${configured}`;
  return `asks with JoinEUI ${asked}: ${how}`;
}

/** An EUI read from its other end: devices and their labels do not agree which one is the first. */
export function reversedEui(eui: string): string {
  return Buffer.from(eui, 'hex').reverse().toString('hex');
}

/** A join-accept tells all but the frequency of RX2. */
export function joinWindows(
  region: RegionTable,
  { rx1DelaySeconds, rx1DrOffset, rx2 }: LorawanMacSettings,
): WindowParameters {
  const windows = defaultWindows(region);
  return {
    ...windows,
    ...(rx1DelaySeconds !== undefined && { rx1DelayMs: rx1DelaySeconds * 1_000 }),
    ...(rx1DrOffset !== undefined && { rx1DrOffset }),
    ...(rx2 && { rx2DataRate: rx2.dataRate }),
  };
}

/** An address that nobody has here, as long as one turns up; the MIC tells two holders apart anyway. */
function freeDevAddr({ netId, randomAddress, isTaken }: JoinContext): number {
  let devAddr = devAddrOf(netId, randomAddress());
  for (let attempt = 0; attempt < 16 && isTaken(devAddr); attempt += 1) devAddr = devAddrOf(netId, randomAddress());
  return devAddr;
}
