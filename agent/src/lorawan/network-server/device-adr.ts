import type { DataRate } from '../radio.ts';
import { type AdrSample, type AdrState, adapt, remember } from './adr.ts';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import { type ChannelMask, linkMarginDb, type RegionTable, uplinkDataRateNumber } from './regions/region.ts';
import { Tries } from './tries.ts';

/** What is kept of a device's data rate control with its session. */
export interface AdrMemory {
  txPower: number;
  transmissions: number;
  /** What it took last, or went to by itself. */
  dataRate?: number;
  /** What the device has refused bounds these. */
  minTxPower?: number;
  maxTxPower?: number;
  maxDataRate?: number;
  /** The device was never given more than its default channels, or refuses them. */
  defaultChannels?: boolean;
  /** Blocks of channel masks that the device will not have, as text. */
  refusedMasks?: string[];
}

interface Heard {
  fCnt: number;
  snrDb: number;
  dataRate: DataRate;
  /** Channels that the device took beside its usual ones. */
  extraChannelMask: number;
}

/** A block that was put together for the next downlink, or went out. */
interface Asked {
  wanted: AdrState;
  masks: string;
}

/** Power to begin with: the device may have left what it was told. */
const FULL_POWER = 0;
/** The most that TXPower can say; 15 means no change since 1.0.4. */
const LAST_TX_POWER = 14;
const MAX_REFUSED_MASKS = 4;
const MAX_REFUSED = 32;
/** Shared by all that have refused nothing. */
const NONE: readonly string[] = [];

/** Data rate control of one session: what was heard, what was asked, what the device took. */
export class DeviceAdr {
  #memory: AdrMemory;
  #history: AdrSample[] = [];
  #planned: Asked | undefined;
  #asked: Asked | undefined;
  /** Whole requests that were refused: none is made twice. */
  #refused: readonly string[] = NONE;
  /** The frame that is being looked at says that the device took the last request. */
  #tookNow = false;
  readonly #tries = new Tries();

  constructor(memory: AdrMemory = { txPower: FULL_POWER, transmissions: 1 }) {
    this.#memory = memory;
  }

  snapshot(): AdrMemory {
    return this.#memory;
  }

  /** A frame whose device lets the network control its data rate; gives the block of commands to send, if any. */
  heard(region: RegionTable, { fCnt, snrDb, dataRate, extraChannelMask }: Heard): NetworkCommand[] {
    this.#planned = undefined;
    const number = uplinkDataRateNumber(region, dataRate);
    const margin = linkMarginDb(snrDb, dataRate);
    if (number === undefined || margin === undefined) {
      this.passed(fCnt);
      return [];
    }
    const tookNow = this.#tookNow;
    this.#tookNow = false;
    // Some devices go to the new rate only after they have said so.
    if (tookNow && number !== this.#memory.dataRate) return [];
    this.#follow(number);
    this.#history = remember(this.#history, { fCnt, bestSnrDb: snrDb });
    const { txPower, transmissions } = this.#memory;
    const wanted = this.#wanted(region, number, snrDb - margin);
    const isSame = wanted?.dataRate === number && wanted.txPower === txPower && wanted.transmissions === transmissions;
    const masks = this.#masks(region, extraChannelMask);
    if (!wanted || isSame || !masks) return [];
    const planned = { wanted, masks: textOf(masks) };
    if (this.#refused.includes(JSON.stringify(planned)) || !this.#tries.next()) return [];
    this.#planned = planned;
    return masks.map(({ control, mask }) => ({
      name: 'LinkADRReq',
      ...wanted,
      channelMask: mask,
      channelMaskControl: control,
    }));
  }

  /**
   * A frame that says nothing of the link as the network controls it, but came in: heard by a neighbour, or sent at a
   * rate that its device has not taken yet. It is not lost.
   */
  passed(fCnt: number): void {
    const last = this.#history.at(-1);
    if (last && fCnt > last.fCnt)
      this.#history = remember(this.#history, { fCnt, bestSnrDb: Number.NEGATIVE_INFINITY });
  }

  /** A frame whose device controls its rate and power by itself: what it was told and what was heard hold no more. */
  left(): void {
    this.#planned = undefined;
    if (this.#history.length === 0) return;
    this.#history = [];
    this.#memory = { ...this.#memory, txPower: FULL_POWER };
  }

  /** These commands went out. */
  sent(commands: readonly NetworkCommand[]): void {
    if (this.#planned && commands.some(({ name }) => name === 'LinkADRReq')) this.#asked = this.#planned;
  }

  /**
   * A block of requests is taken or refused as a whole (LoRaWAN 1.0.3, section 5.2), whether the device answers each of
   * them or all at once: one refusal among the answers refuses the block.
   */
  answered(commands: readonly DeviceCommand[]): void {
    const answers = commands.filter((command) => command.name === 'LinkADRAns');
    const asked = this.#asked;
    if (answers.length === 0 || !asked) return;
    this.#asked = undefined;
    this.#history = [];
    const { dataRate, txPower, transmissions } = asked.wanted;
    const powerOk = answers.every((answer) => answer.powerOk);
    const dataRateOk = answers.every((answer) => answer.dataRateOk);
    const channelMaskOk = answers.every((answer) => answer.channelMaskOk);
    if (powerOk && dataRateOk && channelMaskOk) {
      this.#tries.reset();
      this.#tookNow = true;
      this.#memory = { ...this.#memory, dataRate, txPower, transmissions };
      return;
    }
    this.#refused = [...this.#refused, JSON.stringify(asked)].slice(-MAX_REFUSED);
    // Some devices refuse everything for one thing: with a slower rate the rest may do. The rate that it has it takes.
    const isRateRefused = !dataRateOk && dataRate !== this.#memory.dataRate;
    if (!channelMaskOk && !(isRateRefused && this.#memory.defaultChannels)) this.#refuseMasks(asked.masks);
    if (!powerOk && !(isRateRefused && this.#isLastPower)) this.#boundPower(txPower);
    if (isRateRefused) this.#memory = { ...this.#memory, maxDataRate: Math.max(0, dataRate - 1) };
  }

  /**
   * A device that lost contact goes back to full power and then to slower rates by itself (section 4.3.1.1). What was
   * heard at the rate before says nothing of the link now.
   */
  #follow(dataRate: number): void {
    const before = this.#memory.dataRate;
    if (before === dataRate) return;
    this.#memory = { ...this.#memory, dataRate };
    if (before === undefined) return;
    this.#memory = { ...this.#memory, txPower: FULL_POWER };
    this.#history = [];
    if (dataRate < before) this.#tries.reset();
  }

  /** Undefined where the device has refused every power that there is. */
  #wanted(region: RegionTable, dataRate: number, requiredSnrDb: number): AdrState | undefined {
    const { txPower, transmissions, maxDataRate } = this.#memory;
    const { minTxPower = 0, maxTxPower = region.txPowerSteps } = this.#memory;
    if (minTxPower > maxTxPower) return undefined;
    return adapt(
      this.#history,
      { dataRate, txPower, transmissions },
      {
        requiredSnrDb,
        // A device beyond the highest rate that ADR gives, by its own choice, stays there.
        maxDataRate: Math.max(dataRate, maxDataRate ?? region.adrMaxDataRate),
        minTxPower,
        maxTxPower,
      },
    );
  }

  /** The device has refused all others. */
  get #isLastPower(): boolean {
    const { minTxPower = 0, maxTxPower = LAST_TX_POWER } = this.#memory;
    return minTxPower === maxTxPower;
  }

  /** A power that is refused bounds those beyond it, seen from the one that the device has. */
  #boundPower(refused: number): void {
    const { txPower, minTxPower = 0 } = this.#memory;
    this.#memory =
      refused <= Math.max(txPower, minTxPower)
        ? { ...this.#memory, minTxPower: Math.min(LAST_TX_POWER, refused + 1) }
        : { ...this.#memory, maxTxPower: refused - 1 };
  }

  #refuseMasks(masks: string): void {
    const { refusedMasks = [] } = this.#memory;
    this.#memory = {
      ...this.#memory,
      defaultChannels: true,
      refusedMasks: [...refusedMasks, masks].slice(-MAX_REFUSED_MASKS),
    };
  }

  /** Undefined where the device has refused those too that it must know by heart. */
  #masks({ channelMasks, defaultChannelMasks }: RegionTable, extraMask: number): ChannelMask[] | undefined {
    const { defaultChannels, refusedMasks = [] } = this.#memory;
    // What a device took beside its usual channels stays in its mask.
    const masks = (defaultChannels ? defaultChannelMasks : channelMasks).map(({ control, mask }) => ({
      control,
      mask: mask | extraMask,
    }));
    return refusedMasks.includes(textOf(masks)) ? undefined : masks;
  }
}

function textOf(masks: readonly ChannelMask[]): string {
  return masks.map(({ control, mask }) => `${control}/${mask.toString(16)}`).join(' ');
}
