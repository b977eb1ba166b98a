import { type LorawanConfig, type LorawanDeviceConfig, macSettingsIn, VigieError } from '@vigie/contract';
import type { Device } from './network-server/device.ts';
import { joinWindows } from './network-server/join.ts';
import { regionOf } from './network-server/regions/catalogue.ts';
import { type RegionTable, regionFor, secondWindow } from './network-server/regions/region.ts';
import { settingsProblem } from './network-server/settings-check.ts';

/** @throws VigieError CONFIG_INVALID for what the region cannot do */
export function checkSettings(lorawan: LorawanConfig, devices: readonly LorawanDeviceConfig[]): void {
  const region = regionOf(lorawan);
  const carriers = [{ name: 'lorawan', settings: macSettingsIn(lorawan) }];
  for (const { id, lorawan: own } of devices) {
    carriers.push({ name: `device ${id}`, settings: macSettingsIn(own) });
    if (own.activation.mode !== 'multicast') continue;
    // A group listens in a second window of its own.
    const { frequencyHz, dataRate } = own.activation;
    carriers.push({ name: `group ${id}`, settings: { rx2: { frequencyHz, dataRate } } });
  }
  for (const { name, settings } of carriers) {
    const problem = settingsProblem(region, settings);
    if (problem !== undefined) throw new VigieError('CONFIG_INVALID', `${name}, ${problem}`);
  }
}

/** Channels that the document adds to the region's, for all devices or for one. */
export function ownChannelsHz(
  lorawan: LorawanConfig | undefined,
  devices: readonly LorawanDeviceConfig[],
): Set<number> {
  const carriers = [lorawan, ...devices.map((device) => device.lorawan)];
  return new Set(carriers.flatMap((carrier) => carrier?.channels?.map(({ frequencyHz }) => frequencyHz) ?? []));
}

/** What the windows can carry that the device may ever get: outside of an answer that is the second one alone. */
export function longestFor(device: Device, network: RegionTable): number {
  const windows = device.active?.windows ?? joinWindows(network, device.settings);
  const region = device.active ? regionFor(network, device.active.mac) : network;
  if (!device.isClassC) return Math.max(...region.maxPayloadBytes.map((bytes) => bytes ?? 0));
  return Math.max(0, ...secondWindow(region, windows).map(({ maxPayloadBytes }) => maxPayloadBytes));
}
