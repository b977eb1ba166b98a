import type { DataRate } from '../../radio.ts';
import { DESCENDING_RX1 } from './eu868.ts';
import { type ChannelMask, DELAYS, DR0_TO_DR5, lora, type RegionTable } from './region.ts';

/** Evenly spaced channels; gives the index of a frequency among them. */
interface ChannelRow {
  firstHz: number;
  stepHz: number;
  count: number;
}

function indexIn({ firstHz, stepHz, count }: ChannelRow, frequencyHz: number): number | undefined {
  const index = (frequencyHz - firstHz) / stepHz;
  return Number.isInteger(index) && index >= 0 && index < count ? index : undefined;
}

function channelsIn({ firstHz, stepHz, count }: ChannelRow): number[] {
  return Array.from({ length: count }, (_none, index) => firstHz + index * stepHz);
}

/** The answer goes out on the downlink channel that the uplink channel's number falls on, modulo their count. */
function downlinkChannel(uplinks: readonly ChannelRow[], downlinks: ChannelRow, frequencyHz: number) {
  const index = uplinks.map((row) => indexIn(row, frequencyHz)).find((found) => found !== undefined);
  return index === undefined ? undefined : downlinks.firstHz + (index % downlinks.count) * downlinks.stepHz;
}

const DOWNLINKS_915: ChannelRow = { firstHz: 923_300_000, stepHz: 600_000, count: 8 };
const DOWNLINK_RATES_915: readonly (DataRate | undefined)[] = [
  ...new Array<undefined>(8).fill(undefined),
  ...[12, 11, 10, 9, 8, 7].map((factor) => lora(factor, 500)),
];
const MAX_PAYLOAD_915 = [...new Array<undefined>(8).fill(undefined), 33, 109, 222, 222, 222, 222];

/** CFList type 1: masks of 16 channels each, in the last place the type (RP002-1.0.3, section 2.1). */
function channelMaskList(subBand: number): Buffer {
  const list = Buffer.alloc(16);
  list.writeUInt8(0xff, subBand - 1);
  list.writeUInt8(1 << (subBand - 1), 8);
  list.writeUInt8(1, 15);
  return list;
}

/** All 125 kHz channels off but one 500 kHz channel on, then eight of them on again (RP002-1.0.3, table 19). */
function subBandMasks(subBand: number): ChannelMask[] {
  const index = subBand - 1;
  return [
    { control: 7, mask: 1 << index },
    { control: index >> 1, mask: index % 2 === 0 ? 0x00ff : 0xff00 },
  ];
}

const ALL_CHANNELS: readonly ChannelMask[] = [{ control: 6, mask: 0x00ff }];

function channelsOf(
  subBand: number | undefined,
): Pick<RegionTable, 'channelList' | 'channelMasks' | 'defaultChannelMasks'> {
  return subBand === undefined
    ? { channelList: undefined, channelMasks: ALL_CHANNELS, defaultChannelMasks: ALL_CHANNELS }
    : {
        channelList: channelMaskList(subBand),
        channelMasks: subBandMasks(subBand),
        defaultChannelMasks: subBandMasks(subBand),
      };
}

/** The block of eight that the devices are told to use, the first where they are told nothing. */
function listening([narrow, wide]: readonly [ChannelRow, ChannelRow], dataRate: DataRate, subBand = 1) {
  const first = narrow.firstHz + (subBand - 1) * 8 * narrow.stepHz;
  return {
    narrowHz: Array.from({ length: 8 }, (_none, index) => first + index * narrow.stepHz),
    wide: { frequencyHz: wide.firstHz + (subBand - 1) * wide.stepHz, dataRate },
  };
}

/** RP002-1.0.3, section 2.6. `subBand` 1–8 is the block of eight channels that the gateways listen to. */
export function us915(subBand?: number): RegionTable {
  const uplinks: [ChannelRow, ChannelRow] = [
    { firstHz: 902_300_000, stepHz: 200_000, count: 64 },
    { firstHz: 903_000_000, stepHz: 1_600_000, count: 8 },
  ];
  return {
    ...DELAYS,
    ...channelsOf(subBand),
    name: 'US915',
    uplinkDataRates: [lora(10, 125), lora(9, 125), lora(8, 125), lora(7, 125), lora(8, 500)],
    downlinkDataRates: DOWNLINK_RATES_915,
    maxPayloadBytes: MAX_PAYLOAD_915,
    rx1DataRates: [
      [10, 9, 8, 8],
      [11, 10, 9, 8],
      [12, 11, 10, 9],
      [13, 12, 11, 10],
      [13, 13, 12, 11],
    ],
    rx1FrequencyHz: (frequencyHz) => downlinkChannel(uplinks, DOWNLINKS_915, frequencyHz),
    rx2: { frequencyHz: 923_300_000, dataRate: 8 },
    bandHz: [902_000_000, 928_000_000],
    gatewayChannels: listening(uplinks, lora(8, 500), subBand),
    uplinkChannels: { narrowHz: channelsIn(uplinks[0]), wideHz: channelsIn(uplinks[1]) },
    adrMaxDataRate: 3,
    txPowerSteps: 14,
    downlinkEirpDbm: () => 21,
    subBands: [],
  };
}

/** RP002-1.0.3, section 2.8. */
export function au915(subBand?: number): RegionTable {
  const uplinks: [ChannelRow, ChannelRow] = [
    { firstHz: 915_200_000, stepHz: 200_000, count: 64 },
    { firstHz: 915_900_000, stepHz: 1_600_000, count: 8 },
  ];
  return {
    ...DELAYS,
    ...channelsOf(subBand),
    name: 'AU915',
    hasTxParams: true,
    uplinkDataRates: [...DR0_TO_DR5, lora(8, 500)],
    downlinkDataRates: DOWNLINK_RATES_915,
    maxPayloadBytes: MAX_PAYLOAD_915,
    rx1DataRates: [
      [8, 8, 8, 8, 8, 8],
      [9, 8, 8, 8, 8, 8],
      [10, 9, 8, 8, 8, 8],
      [11, 10, 9, 8, 8, 8],
      [12, 11, 10, 9, 8, 8],
      [13, 12, 11, 10, 9, 8],
      [13, 13, 12, 11, 10, 9],
    ],
    rx1FrequencyHz: (frequencyHz) => downlinkChannel(uplinks, DOWNLINKS_915, frequencyHz),
    rx2: { frequencyHz: 923_300_000, dataRate: 8 },
    bandHz: [915_000_000, 928_000_000],
    gatewayChannels: listening(uplinks, lora(8, 500), subBand),
    uplinkChannels: { narrowHz: channelsIn(uplinks[0]), wideHz: channelsIn(uplinks[1]) },
    adrMaxDataRate: 5,
    txPowerSteps: 14,
    downlinkEirpDbm: () => 27,
    subBands: [],
  };
}

const UPLINKS_470: ChannelRow = { firstHz: 470_300_000, stepHz: 200_000, count: 96 };

/** Regional parameters 1.0.3rA, section 2.6: 96 channels up, 48 down. */
export const CN470: RegionTable = {
  ...DELAYS,
  name: 'CN470',
  uplinkDataRates: DR0_TO_DR5,
  downlinkDataRates: DR0_TO_DR5,
  maxPayloadBytes: [51, 51, 51, 115, 222, 222],
  rx1DataRates: DESCENDING_RX1.slice(0, 6),
  rx1FrequencyHz: (frequencyHz) =>
    downlinkChannel([UPLINKS_470], { firstHz: 500_300_000, stepHz: 200_000, count: 48 }, frequencyHz),
  rx2: { frequencyHz: 505_300_000, dataRate: 0 },
  channelList: undefined,
  channelMasks: [{ control: 6, mask: 0 }],
  defaultChannelMasks: [{ control: 6, mask: 0 }],
  bandHz: [470_000_000, 510_000_000],
  gatewayChannels: { narrowHz: channelsIn({ ...UPLINKS_470, count: 8 }) },
  uplinkChannels: { narrowHz: channelsIn(UPLINKS_470), wideHz: [] },
  adrMaxDataRate: 5,
  txPowerSteps: 7,
  downlinkEirpDbm: () => 19,
  subBands: [],
};
