import type { LorawanMacSettings } from '@vigie/contract';
import { defaultChannelCount, listedFrequencies, type RegionTable } from './regions/region.ts';

/** What the region cannot do of the settings that a configuration asks for, as a sentence. */
export function settingsProblem(region: RegionTable, settings: LorawanMacSettings): string | undefined {
  const { rx1DrOffset, rx2, channels, txParams } = settings;
  if (rx1DrOffset !== undefined && region.rx1DataRates.some((row) => row && rx1DrOffset >= row.length)) {
    return `rx1DrOffset: ${region.name} has none of ${rx1DrOffset}`;
  }
  if (rx2 && !region.downlinkDataRates[rx2.dataRate]) return `rx2: ${region.name} has no DR${rx2.dataRate}`;
  if (rx2 && !mayTransmit(region, rx2.frequencyHz)) return `rx2: ${region.name} has no band at ${rx2.frequencyHz} Hz`;
  if (txParams && !region.hasTxParams) return `txParams: devices of ${region.name} know no such command`;
  for (const channel of channels ?? []) {
    const problem = channelProblem(region, channel);
    if (problem !== undefined) return `channel ${channel.index}: ${problem}`;
  }
  const indices = channels?.map(({ index }) => index) ?? [];
  return new Set(indices).size < indices.length ? 'channels: an index is there twice' : undefined;
}

type Channel = NonNullable<LorawanMacSettings['channels']>[number];

function channelProblem(region: RegionTable, channel: Channel): string | undefined {
  const own = defaultChannelCount(region);
  if (own === undefined) return `the channels of ${region.name} are fixed`;
  const { index, frequencyHz, minDataRate, maxDataRate, downlinkFrequencyHz } = channel;
  const known = [...region.gatewayChannels.narrowHz.slice(0, own), ...listedFrequencies(region)];
  if (index < own && known[index] !== frequencyHz) return `devices of ${region.name} know it by heart`;
  if (minDataRate > maxDataRate || !region.uplinkDataRates[maxDataRate]) return 'no such range of data rates';
  if (!mayTransmit(region, frequencyHz)) return `${region.name} has no band at ${frequencyHz} Hz`;
  if (downlinkFrequencyHz !== undefined && !mayTransmit(region, downlinkFrequencyHz)) {
    return `${region.name} has no band at ${downlinkFrequencyHz} Hz`;
  }
  return undefined;
}

function mayTransmit({ bandHz: [lowestHz, highestHz], subBands }: RegionTable, frequencyHz: number): boolean {
  if (frequencyHz < lowestHz || frequencyHz > highestHz) return false;
  return subBands.length === 0 || subBands.some(({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz < toHz);
}
