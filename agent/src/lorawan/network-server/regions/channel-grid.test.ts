import { describe, expect, it } from 'vitest';
import { regionOf } from './catalogue.ts';
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

const PLANS: (Parameters<typeof regionOf>[0] & { own?: number[] })[] = [
  { region: 'EU868', own: [868_850_000, 869_850_000] },
  ...[undefined, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((subBand) => [
    { region: 'US915' as const, ...(subBand && { subBand }) },
    { region: 'AU915' as const, ...(subBand && { subBand }) },
  ]),
  { region: 'AS923-1', own: [922_200_000, 922_400_000, 922_000_000] },
  { region: 'AS923-2', own: [921_600_000, 921_800_000] },
  { region: 'AS923-3', own: [916_800_000, 917_000_000] },
  { region: 'AS923-4', own: [917_700_000, 917_900_000] },
  { region: 'IN865', own: [866_185_000, 866_385_000] },
  { region: 'KR920', own: [922_700_000, 922_900_000, 923_100_000] },
  { region: 'RU864', own: [864_100_000, 864_300_000, 864_500_000] },
  { region: 'CN470' },
];

it.each(
  PLANS,
)('every channel of $region $subBand is known again, off by 2 kHz or cut to five digits, and so is its RX1', ({
  own = [],
  ...plan
}) => {
  const region = regionOf(plan);
  const grid = new ChannelGrid(region, own);
  const { narrowHz, wideHz } = region.uplinkChannels ?? { ...region.gatewayChannels, wideHz: [] };
  const channels = [
    ...[...narrowHz, ...own].map((hz) => [hz, 125] as const),
    ...wideHz.map((hz) => [hz, 500] as const),
  ];
  for (const [channelHz, bandwidthKhz] of channels) {
    for (const reportedHz of [channelHz + 2_000, channelHz - 2_000, Math.round(channelHz / 10_000) * 10_000]) {
      const heardHz = grid.channelOf(reportedHz, lora(8, bandwidthKhz));
      expect(heardHz).toBe(channelHz);
      expect(region.rx1FrequencyHz(heardHz)).toBeDefined();
      if (bandwidthKhz === 125) expect(grid.channelOf(reportedHz, FSK_50)).toBe(channelHz);
    }
  }
});
