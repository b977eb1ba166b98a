import type { RadioLink } from '@vigie/contract';
import { type Coverage, coverageOf } from './coverage.ts';
import type { ExternalNetworkStatus } from './external-network/external-networks.ts';
import type { DiaryLine } from './frame-diary.ts';
import type { LinkQuality } from './link-history.ts';
import { devAddrHex } from './network-server/dev-addr.ts';
import type { Device } from './network-server/device.ts';
import type { AirtimeStatus } from './network-server/duty-cycle.ts';
import type { Session } from './network-server/session.ts';
import type { GatewayStatusLine } from './radio.ts';

export interface LorawanDeviceStatus {
  device: string;
  devEui: string;
  /** The other network's source that brings its messages; absent where this gateway is the network. */
  network?: string;
  /** Absent until the device has joined. */
  devAddr?: string;
  fCntUp?: number;
  fCntDown?: number;
  lastHeardAt?: number;
  link?: RadioLink;
  coverage: Coverage;
  /** Of the last frames, at most 64. */
  quality?: LinkQuality;
  /** MAC commands that the device was asked and has not answered, and those that it refused. */
  settings?: {
    rx1DelaySeconds: number;
    rx2FrequencyHz: number;
    rx2DataRate: number;
    asked: string[];
    refused: string[];
  };
  battery?: { level: number; marginDb: number; at: number };
  /** Downlinks that have not ended. */
  orders: number;
}

export interface LorawanStatus {
  region?: string;
  sources: { id: string; type: string; address: string; gateways: GatewayStatusLine[] }[];
  /** Other networks' servers that bring their devices' messages. */
  networks: ExternalNetworkStatus[];
  devices: LorawanDeviceStatus[];
  /** The last frames in words, oldest first. */
  frames: readonly DiaryLine[];
  /** Airtime used and left in each sub-band, for gateways that have transmitted. */
  airtime: AirtimeStatus[];
}

/** `orders`: downlinks that have not ended. */
export function deviceStatus(device: Device, orders: number, now: number): LorawanDeviceStatus {
  const { active, lastHeard, status } = device;
  const quality = device.history.quality();
  return {
    device: device.config.id,
    devEui: device.devEui,
    ...(active && {
      devAddr: devAddrHex(active.devAddr),
      fCntUp: active.nextFCntUp,
      fCntDown: active.nextFCntDown,
    }),
    coverage: coverageOf(lastHeard, now),
    ...(quality && { quality }),
    ...(active && { settings: settingsOf(active) }),
    ...(lastHeard && { lastHeardAt: lastHeard.at, link: lastHeard.link }),
    ...(status && { battery: { level: status.battery, marginDb: status.marginDb, at: status.at } }),
    orders,
  };
}

function settingsOf({ mac }: Session): NonNullable<LorawanDeviceStatus['settings']> {
  const { rx1DelayMs, rx2FrequencyHz, rx2DataRate } = mac.windows;
  const names = (settings: readonly { name: string }[]) => settings.map(({ name }) => name);
  const open = { asked: names(mac.asked), refused: names(mac.refused) };
  return { rx1DelaySeconds: rx1DelayMs / 1_000, rx2FrequencyHz, rx2DataRate, ...open };
}
