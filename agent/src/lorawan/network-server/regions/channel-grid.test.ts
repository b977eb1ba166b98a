import { describe, expect, it } from 'vitest';
import { ChannelGrid } from './channel-grid.ts';
import { IN865 } from './dynamic-channel-regions.ts';
import { EU868 } from './eu868.ts';
import { au915, CN470, us915 } from './fixed-channel-regions.ts';
import { FSK_50, lora, type RegionTable } from './region.ts';

describe('the channel behind a reported frequency', () => {
  it.each<[string, RegionTable, number, number, number]>([
    ['cut to a few digits', IN865, 865_100_000, 125, 865_062_500],
    ['off by a rounding', us915(), 902_299_987, 125, 902_300_000],
    ['a wide channel between narrow ones', us915(2), 904_599_990, 500, 904_600_000],
    ['a narrow channel beside a wide one', us915(), 902_900_012, 125, 902_900_000],
    ['of another sub-band', au915(2), 927_799_991, 125, 927_800_000],
    ['the last of many', CN470, 489_299_960, 125, 489_300_000],
    ['off by a synthesiser', EU868, 868_099_975, 125, 868_100_000],
    ['of a channel that nobody named', EU868, 869_850_037, 125, 869_850_000],
  ])('%s: %s', (_name, region, reportedHz, bandwidthKhz, channelHz) => {
    const grid = new ChannelGrid(region);
    for (let repeat = 0; repeat < 2; repeat += 1) {
      expect(grid.channelOf(reportedHz, lora(7, bandwidthKhz))).toBe(channelHz);
    }
  });

  it('may be one that the document adds, and then the nearest one counts', () => {
    const grid = new ChannelGrid(EU868, [868_850_000, 868_140_000]);
    expect(grid.channelOf(868_850_021, FSK_50)).toBe(868_850_000);
    expect(grid.channelOf(868_139_000, lora(7, 125))).toBe(868_140_000);
    expect(grid.channelOf(868_100_000, lora(7, 125))).toBe(868_100_000);
  });

  it('is the same for a million made-up frequencies, in bounded memory', () => {
    const grid = new ChannelGrid(EU868);
    for (let index = 0; index < 20_000; index += 1) grid.channelOf(860_000_000 + index, lora(7, 125));
    expect(grid.channelOf(868_099_975, lora(7, 125))).toBe(868_100_000);
  });
});
