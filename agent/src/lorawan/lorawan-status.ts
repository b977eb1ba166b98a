import type { RadioLink } from '@vigie/contract';
import { type Coverage, coverageOf } from './coverage.ts';
import type { ExternalNetworkStatus } from './external-network/external-networks.ts';
import type { DiaryLine } from './frame-diary.ts';
import { devAddrHex } from './network-server/dev-addr.ts';
import type { Device } from './network-server/device.ts';
import type { AirtimeStatus } from './network-server/duty-cycle.ts';
import type { GatewayStatusLine } from './radio.ts';

export interface LorawanDeviceStatus {
  device: string;
  devEui: string;
  /** Absent until the device has joined. */
  devAddr?: string;
  fCntUp?: number;
  fCntDown?: number;
  lastHeardAt?: number;
  link?: RadioLink;
  coverage: Coverage;
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
  return {
    device: device.config.id,
    devEui: device.devEui,
    ...(active && {
      devAddr: devAddrHex(active.devAddr),
      fCntUp: active.nextFCntUp,
      fCntDown: active.nextFCntDown,
    }),
    coverage: coverageOf(lastHeard, now),
    ...(lastHeard && { lastHeardAt: lastHeard.at, link: lastHeard.link }),
    ...(status && { battery: { level: status.battery, marginDb: status.marginDb, at: status.at } }),
    orders,
  };
}
