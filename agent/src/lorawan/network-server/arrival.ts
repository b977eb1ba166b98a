import type { RadioLink } from '@vigie/contract';
import { gpsMilliseconds } from '../gps-time.ts';
import { bestSnrDb, dataRateName, type Reception } from '../radio.ts';
import type { Device } from './device.ts';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import type { UplinkFrame } from './phy-payload.ts';
import { linkMarginDb } from './regions/region.ts';

const STATUS_EVERY_MS = 86_400_000;

/** A data frame with all that is needed to judge it. */
export interface Arrival {
  frame: UplinkFrame;
  receptions: readonly Reception[];
  best: Reception;
  /** Epoch milliseconds, where the clock is known to be right. */
  trustedNow: number | undefined;
  heardAtMs: number;
  passedBy?: string;
}

export function noteHeard(device: Device, link: RadioLink, { best, heardAtMs }: Arrival): void {
  const { source, gatewayEui } = best;
  device.lastHeard = { at: best.receivedAt, link };
  device.history.add(best.receivedAt, link);
  device.heardBy = { source, gatewayEui };
  device.heardAtMs = heardAtMs;
  device.statusDueMs ??= heardAtMs + STATUS_EVERY_MS;
}

/** Battery and margin are asked for once a day. */
export function statusRequest(device: Device, { heardAtMs }: Arrival): NetworkCommand[] {
  if (device.statusDueMs === undefined || heardAtMs < device.statusDueMs) return [];
  device.statusDueMs = heardAtMs + STATUS_EVERY_MS;
  return [{ name: 'DevStatusReq' }];
}

/** The commands of a frame that ask for an answer in its receive windows. */
export function answersTo(
  commands: readonly DeviceCommand[],
  { receptions, best, trustedNow }: Arrival,
): NetworkCommand[] {
  return commands.flatMap((command): NetworkCommand[] => {
    switch (command.name) {
      case 'LinkCheckReq': {
        const marginDb = linkMarginDb(bestSnrDb(best), best.dataRate) ?? 0;
        const gatewayCount = new Set(receptions.map(({ gatewayEui }) => gatewayEui)).size;
        return [{ name: 'LinkCheckAns', marginDb, gatewayCount }];
      }
      case 'DeviceTimeReq':
        return trustedNow === undefined
          ? []
          : [{ name: 'DeviceTimeAns', gpsSeconds: gpsMilliseconds(trustedNow) / 1_000 }];
      default:
        return [];
    }
  });
}

/** The best SNR; among equals the strongest. */
export function bestReception(receptions: readonly Reception[]): Reception {
  return receptions.reduce((best, other) => (bestSnrDb(other) > bestSnrDb(best) ? other : best));
}

export function linkOf(receptions: readonly Reception[], best: Reception, fCnt: number): RadioLink {
  const heardBy = receptions
    .flatMap(({ gatewayEui, antennas }) => antennas.map((antenna) => ({ gateway: gatewayEui, ...antenna })))
    .sort((a, b) => b.snrDb - a.snrDb || b.rssiDbm - a.rssiDbm)
    .slice(0, 64);
  const strongest = heardBy[0] ?? { rssiDbm: 0, snrDb: 0 };
  return {
    fCnt,
    dataRate: dataRateName(best.dataRate),
    frequencyHz: best.frequencyHz,
    rssiDbm: strongest.rssiDbm,
    snrDb: strongest.snrDb,
    receptions: heardBy.length,
    ...(heardBy.length > 1 && { heardBy }),
  };
}
