import { type LorawanDeviceConfig, type LorawanMacSettings, macSettingsIn } from '@vigie/contract';
import { Device, keyCheckOf } from './device.ts';
import { defaultWindows, type RegionTable } from './regions/region.ts';
import { Session } from './session.ts';

export interface RegisterNetwork {
  region: RegionTable;
  /** For devices whose own configuration says nothing else. */
  settings?: LorawanMacSettings;
}

/** The devices of the configuration, found by id, by DevEUI, and by the addresses of their sessions. */
export class DeviceRegister {
  readonly #byEui = new Map<string, Device>();
  readonly #byId = new Map<string, Device>();
  readonly #byAddress = new Map<number, Device[]>();
  readonly #addresses = new Map<Device, ReadonlySet<number>>();
  #network: RegisterNetwork;

  constructor(network: RegisterNetwork) {
    this.#network = network;
  }

  devices(): IterableIterator<Device> {
    return this.#byEui.values();
  }

  device(id: string): Device | undefined {
    return this.#byId.get(id);
  }

  deviceOf(devEui: string): Device | undefined {
    return this.#byEui.get(devEui);
  }

  /** Devices that have a session with this address: the MIC tells which of them a frame is from. */
  holders(devAddr: number): readonly Device[] {
    return this.#byAddress.get(devAddr) ?? [];
  }

  /** The sessions of a device were replaced. */
  reindex(device: Device): void {
    this.#activateByPersonalisation(device);
    this.#index(device);
  }

  /** Answers the devices that are gone; `restore` gives what the disk has of the new ones. */
  configure(
    network: RegisterNetwork,
    configs: readonly LorawanDeviceConfig[],
    restore: (device: Device) => void,
  ): Device[] {
    const isMoved = network.region.name !== this.#network.region.name;
    this.#network = network;
    const before = new Map(this.#byEui);
    this.#byEui.clear();
    this.#byId.clear();
    for (const config of configs) {
      const { devEui } = config.lorawan;
      const known = before.get(devEui);
      const device = known?.keyCheck === keyCheckOf(config.lorawan) ? known : new Device(config);
      device.config = config;
      device.settings = settingsOf(network, config);
      if (device !== known) restore(device);
      else before.delete(devEui);
      this.#activateByPersonalisation(device, isMoved && device === known);
      const { activation } = config.lorawan;
      if (activation.mode === 'abp' || activation.mode === 'multicast') device.active?.give(activation);
      this.#byEui.set(devEui, device);
      this.#byId.set(config.id, device);
    }
    this.#byAddress.clear();
    this.#addresses.clear();
    for (const device of this.#byEui.values()) this.#index(device);
    return [...before.values()];
  }

  /** Its windows are the region's, until it has been told others there; a group's second one is the document's. */
  #activateByPersonalisation(device: Device, isMoved = false): void {
    const { activation } = device.config.lorawan;
    if (activation.mode === 'otaa' || activation.mode === 'external') return;
    const { region } = this.#network;
    const { frequencyHz, dataRate } = activation.mode === 'multicast' ? activation : region.rx2;
    const windows = { ...defaultWindows(region), rx2FrequencyHz: frequencyHz, rx2DataRate: dataRate };
    if (device.active) {
      if (isMoved || device.isGroup || !device.active.mac.hasToldWindows) device.active.moveTo(windows);
      return;
    }
    device.active = Session.restore({
      id: device.keyCheck,
      devAddr: activation.devAddr,
      nwkSKey: activation.nwkSKey,
      appSKey: activation.appSKey,
      nextFCntUp: 0,
      fCntDownLimit: 0,
      ...windows,
      adr: { txPower: 0, transmissions: 1, defaultChannels: true },
    });
  }

  #index(device: Device): void {
    // Nobody sends under the keys of a group, whoever has them.
    if (device.isGroup) return;
    for (const devAddr of this.#addresses.get(device) ?? []) {
      const others = this.holders(devAddr).filter((holder) => holder !== device);
      if (others.length > 0) this.#byAddress.set(devAddr, others);
      else this.#byAddress.delete(devAddr);
    }
    const addresses = new Set(device.everySession().map(({ devAddr }) => devAddr));
    for (const devAddr of addresses) this.#byAddress.set(devAddr, [...this.holders(devAddr), device]);
    this.#addresses.set(device, addresses);
  }
}

/** A device's own settings stand before the network's. */
function settingsOf({ settings }: RegisterNetwork, { lorawan }: LorawanDeviceConfig): LorawanMacSettings {
  return { ...macSettingsIn(settings ?? {}), ...macSettingsIn(lorawan) };
}
