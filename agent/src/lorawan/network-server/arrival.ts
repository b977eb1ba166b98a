import type { RadioLink } from '@vigie/contract';
import { gpsMilliseconds } from '../gps-time.ts';
import { bestRssiDbm, bestSnrDb, dataRateName, type Reception } from '../radio.ts';
import type { Device } from './device.ts';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import type { UplinkFrame } from './phy-payload.ts';
import { linkMarginDb } from './regions/region.ts';

const STATUS_EVERY_MS = 86_400_000;
const STATUS_TRIES = 3;
/** So far a gateway's GPS time may be from its system's time, where that is known to be right, and still be believed. */
const GPS_DIFFERS_MS = 60_000;
/** GPS time of 2015, and how far the counter of a receiver can tell: what lies outside is no time. */
const GPS_TIMES_MS = { from: 1_104_537_600_000, to: 3_155_760_000_000 } as const;

/** A data frame with all that is needed to judge it. */
export interface Arrival {
  frame: UplinkFrame;
  /** In the order they came in. */
  receptions: readonly Reception[];
  /** The best first. */
  ranked: readonly Reception[];
  best: Reception;
  /** Whether the gateway's clock is known to be right: a device must not be told a wrong time. */
  isTimeTrusted: boolean;
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

/** Battery and margin are asked for once a day, and again where the request or its answer was lost. */
export function statusRequest(device: Device, { heardAtMs }: Arrival): NetworkCommand[] {
  if (device.statusDueMs === undefined || heardAtMs < device.statusDueMs) return [];
  if (device.statusAsked < STATUS_TRIES) return [{ name: 'DevStatusReq' }];
  device.statusAsked = 0;
  device.statusDueMs = heardAtMs + STATUS_EVERY_MS;
  return [];
}

export function noteStatus(device: Device, commands: readonly DeviceCommand[], { best, heardAtMs }: Arrival): void {
  for (const command of commands) {
    if (command.name !== 'DevStatusAns') continue;
    device.status = { battery: command.battery, marginDb: command.marginDb, at: best.receivedAt };
    device.statusAsked = 0;
    device.statusDueMs = heardAtMs + STATUS_EVERY_MS;
  }
}

/** The commands of a frame that ask for an answer in its receive windows. */
export function answersTo(commands: readonly DeviceCommand[], arrival: Arrival): NetworkCommand[] {
  const { receptions, best } = arrival;
  return commands.flatMap((command): NetworkCommand[] => {
    switch (command.name) {
      case 'LinkCheckReq': {
        const marginDb = linkMarginDb(bestSnrDb(best), best.dataRate) ?? 0;
        const gatewayCount = new Set(receptions.map(({ gatewayEui }) => gatewayEui)).size;
        return [{ name: 'LinkCheckAns', marginDb, gatewayCount }];
      }
      case 'DeviceTimeReq': {
        const gpsMs = gpsMsOf(arrival);
        return gpsMs === undefined ? [] : [{ name: 'DeviceTimeAns', gpsSeconds: gpsMs / 1_000 }];
      }
      default:
        return [];
    }
  });
}

/**
 * The moment at which the frame ended, as GPS counts (LoRaWAN 1.0.3, section 5.9): a gateway's own GPS time before the
 * moment at which the first copy came in. Undefined where neither is known to be right.
 */
function gpsMsOf({ receptions, isTimeTrusted }: Arrival): number | undefined {
  const [first] = receptions;
  const heardMs = first && isTimeTrusted ? gpsMilliseconds(first.receivedAt) : undefined;
  const { from, to } = GPS_TIMES_MS;
  const isPlausible = (gpsMs: number) =>
    heardMs === undefined ? gpsMs >= from && gpsMs <= to : Math.abs(gpsMs - heardMs) <= GPS_DIFFERS_MS;
  const gpsMs = receptions.map((reception) => reception.gpsTimeMs).find((ms) => ms !== undefined && isPlausible(ms));
  return gpsMs ?? heardMs;
}

/** The best SNR first; among equals, and where there is none, the strongest. */
export function byQuality(receptions: readonly Reception[]): readonly Reception[] {
  if (receptions.length < 2) return receptions;
  return [...receptions].sort(
    (one, other) => bestSnrDb(other) - bestSnrDb(one) || bestRssiDbm(other) - bestRssiDbm(one),
  );
}

export function linkOf(receptions: readonly Reception[], best: Reception, fCnt: number): RadioLink {
  const heardBy = antennasOf(receptions);
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

/** The best first. */
function antennasOf(receptions: readonly Reception[]) {
  const heardBy: { gateway: string; antenna: number; rssiDbm: number; snrDb: number }[] = [];
  for (const { gatewayEui, antennas } of receptions) {
    for (const { antenna, rssiDbm, snrDb } of antennas) heardBy.push({ gateway: gatewayEui, antenna, rssiDbm, snrDb });
  }
  if (heardBy.length < 2) return heardBy;
  return heardBy.sort((a, b) => b.snrDb - a.snrDb || b.rssiDbm - a.rssiDbm).slice(0, 64);
}
