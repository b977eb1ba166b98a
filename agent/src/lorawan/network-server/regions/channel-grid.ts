import type { DataRate } from '../../radio.ts';
import type { RegionTable } from './region.ts';

/** Half of the narrowest channel: a receiver hears nothing that is further off. */
const HALF_CHANNEL_HZ = 62_500;
/** Frequencies travel in such steps (LoRaWAN 1.0.x, section 5.4). */
const STEP_HZ = 100;
const WIDE_KHZ = 500;
/** Whatever forwarders report: no more of it is kept. */
const MAX_KNOWN = 4_096;

/**
 * The channel behind a frequency as a forwarder reports it: some cut the number to a few digits, some pass on what their
 * synthesiser made of it. All that is reckoned from an uplink's frequency wants the channel's own.
 */
export class ChannelGrid {
  readonly #narrowHz: readonly number[];
  readonly #wideHz: readonly number[];
  readonly #known = new Map<number, number>();
  readonly #knownWide = new Map<number, number>();

  /** `ownHz`: channels that the document adds to the region's. */
  constructor({ gatewayChannels, uplinkChannels }: RegionTable, ownHz: Iterable<number> = []) {
    const { narrowHz, wide } = gatewayChannels;
    this.#narrowHz = [...new Set([...(uplinkChannels?.narrowHz ?? narrowHz), ...ownHz])];
    this.#wideHz = uplinkChannels?.wideHz ?? (wide ? [wide.frequencyHz, ...this.#narrowHz] : this.#narrowHz);
  }

  channelOf(frequencyHz: number, dataRate: DataRate): number {
    const isWide = dataRate.modulation === 'LORA' && dataRate.bandwidthKhz === WIDE_KHZ;
    const known = isWide ? this.#knownWide : this.#known;
    const before = known.get(frequencyHz);
    if (before !== undefined) return before;
    const channel = nearest(isWide ? this.#wideHz : this.#narrowHz, frequencyHz);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(frequencyHz, channel);
    return channel;
  }
}

function nearest(channelsHz: readonly number[], frequencyHz: number): number {
  let best: number | undefined;
  for (const channelHz of channelsHz) {
    const offHz = Math.abs(channelHz - frequencyHz);
    if (offHz < HALF_CHANNEL_HZ && (best === undefined || offHz < Math.abs(best - frequencyHz))) best = channelHz;
  }
  return best ?? Math.round(frequencyHz / STEP_HZ) * STEP_HZ;
}
