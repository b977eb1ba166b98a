import type { DataRate } from '../radio.ts';
import { type AdrSample, type AdrState, adapt, remember } from './adr.ts';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import { linkMarginDb, type RegionTable, uplinkDataRateNumber } from './regions/region.ts';

/** What is kept of a device's data rate control with its session. */
export interface AdrMemory {
  txPower: number;
  transmissions: number;
  /** What the device has refused lowers these. */
  maxTxPower?: number;
  maxDataRate?: number;
  /** The device was never given more than its default channels, or refuses them. */
  defaultChannels?: boolean;
}

/** Data rate control of one session: what was heard, what was asked, what the device took. */
export class DeviceAdr {
  #memory: AdrMemory;
  #history: AdrSample[] = [];
  #asked: AdrState | undefined;

  constructor(memory: AdrMemory = { txPower: 0, transmissions: 1 }) {
    this.#memory = memory;
  }

  snapshot(): AdrMemory {
    return this.#memory;
  }

  /** A frame whose device lets the network control its data rate; gives the commands to send, if any. */
  heard(
    region: RegionTable,
    { fCnt, snrDb, dataRate }: { fCnt: number; snrDb: number; dataRate: DataRate },
  ): NetworkCommand[] {
    const number = uplinkDataRateNumber(region, dataRate);
    const margin = linkMarginDb(snrDb, dataRate);
    if (number === undefined || margin === undefined) return [];
    this.#history = remember(this.#history, { fCnt, bestSnrDb: snrDb });
    const { txPower, transmissions, maxTxPower, maxDataRate } = this.#memory;
    const state = { dataRate: number, txPower, transmissions };
    const wanted = adapt(this.#history, state, {
      requiredSnrDb: snrDb - margin,
      // A device beyond the highest rate that ADR gives, by its own choice, stays there.
      maxDataRate: Math.max(number, maxDataRate ?? region.adrMaxDataRate),
      maxTxPower: maxTxPower ?? region.txPowerSteps,
    });
    const isSame = wanted.dataRate === number && wanted.txPower === txPower && wanted.transmissions === transmissions;
    this.#asked = isSame ? undefined : wanted;
    if (isSame) return [];
    const masks = this.#memory.defaultChannels ? region.defaultChannelMasks : region.channelMasks;
    return masks.map(({ control, mask }) => ({
      name: 'LinkADRReq',
      ...wanted,
      channelMask: mask,
      channelMaskControl: control,
    }));
  }

  /** A block of requests is taken or refused as a whole (LoRaWAN 1.0.3, section 5.2): the first answer tells. */
  answered(commands: readonly DeviceCommand[]): void {
    const answer = commands.find((command) => command.name === 'LinkADRAns');
    const asked = this.#asked;
    if (!answer || !asked) return;
    this.#asked = undefined;
    this.#history = [];
    const { powerOk, dataRateOk, channelMaskOk } = answer;
    if (powerOk && dataRateOk && channelMaskOk) {
      this.#memory = { ...this.#memory, txPower: asked.txPower, transmissions: asked.transmissions };
    }
    if (!channelMaskOk) this.#memory = { ...this.#memory, defaultChannels: true };
    if (!powerOk) this.#memory = { ...this.#memory, maxTxPower: Math.max(0, asked.txPower - 1) };
    if (!dataRateOk) this.#memory = { ...this.#memory, maxDataRate: Math.max(0, asked.dataRate - 1) };
  }
}
