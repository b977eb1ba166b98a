import { DESCENDING_RX1 } from './eu868.ts';
import { DELAYS, DR0_TO_DR5, FSK_50, lora, type RegionTable } from './region.ts';

/** Regions whose devices know a few channels by heart and answer on the channel they spoke on. */
const SAME_CHANNEL = (uplinkFrequencyHz: number) => uplinkFrequencyHz;

const EIGHT_RATES = [...DR0_TO_DR5, lora(7, 250), FSK_50];

/** RP002-1.0.3, section 2.10.7, with the limit of 400 ms on downlinks, which devices assume until told otherwise. */
const AS923_RX1: readonly (readonly number[])[] = [
  [2, 2, 2, 2, 2, 2, 2, 2],
  [2, 2, 2, 2, 2, 2, 2, 3],
  [2, 2, 2, 2, 2, 2, 3, 4],
  [3, 2, 2, 2, 2, 2, 4, 5],
  [4, 3, 2, 2, 2, 2, 5, 6],
  [5, 4, 3, 2, 2, 2, 6, 7],
  [6, 5, 4, 3, 2, 2, 7, 7],
  [7, 6, 5, 4, 3, 2, 7, 7],
];

/** The same where downlinks have no limit. */
const AS923_RX1_DWELL_FREE: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 1, 2],
  [1, 0, 0, 0, 0, 0, 2, 3],
  [2, 1, 0, 0, 0, 0, 3, 4],
  [3, 2, 1, 0, 0, 0, 4, 5],
  [4, 3, 2, 1, 0, 0, 5, 6],
  [5, 4, 3, 2, 1, 0, 6, 7],
  [6, 5, 4, 3, 2, 1, 7, 7],
  [7, 6, 5, 4, 3, 2, 7, 7],
];

/** DR2 as the older generation of the parameters has it: devices of both take that much. */
const AS923_PAYLOAD_DWELL_FREE = [51, 51, 51, 115, 222, 222, 222, 222];

/** RP002-1.0.3, section 2.10: one plan, shifted by country. */
function as923(name: string, offsetHz: number, national: Partial<RegionTable> = {}): RegionTable {
  const table = { ...as923Table(name, offsetHz), ...national };
  const dwellFree = { ...table, rx1DataRates: AS923_RX1_DWELL_FREE, maxPayloadBytes: AS923_PAYLOAD_DWELL_FREE };
  return { ...table, maxDwellMs: 400, dwellFree };
}

function as923Table(name: string, offsetHz: number): RegionTable {
  return {
    ...DELAYS,
    name,
    uplinkDataRates: EIGHT_RATES,
    downlinkDataRates: EIGHT_RATES,
    maxPayloadBytes: [undefined, undefined, 11, 53, 125, 222, 222, 222],
    rx1DataRates: AS923_RX1,
    rx1FrequencyHz: SAME_CHANNEL,
    rx2: { frequencyHz: 923_200_000 + offsetHz, dataRate: 2 },
    channelList: undefined,
    channelMasks: [{ control: 0, mask: 0b11 }],
    defaultChannelMasks: [{ control: 0, mask: 0b11 }],
    bandHz: [915_000_000, 928_000_000],
    gatewayChannels: { narrowHz: [923_200_000 + offsetHz, 923_400_000 + offsetHz] },
    adrMaxDataRate: 5,
    txPowerSteps: 7,
    downlinkEirpDbm: () => 16,
    subBands: [],
    hasTxParams: true,
  };
}

/** Japan's plan too, where ARIB STD-T108 asks for carrier sense, and for 360 s in an hour where that is short. */
export const AS923_1: RegionTable = as923('AS923-1', 0, {
  subBands: [{ fromHz: 915_000_000, toHz: 928_000_000, dutyCycle: 0.1, maxEirpDbm: 16 }],
  listensBeforeTalk: true,
});
export const AS923_2 = as923('AS923-2', -1_800_000);
export const AS923_3 = as923('AS923-3', -6_600_000);
export const AS923_4 = as923('AS923-4', -5_900_000);

const IN865_RATES = [...DR0_TO_DR5, undefined, FSK_50];

/** RP002-1.0.3, section 2.12. */
export const IN865: RegionTable = {
  ...DELAYS,
  name: 'IN865',
  uplinkDataRates: IN865_RATES,
  downlinkDataRates: IN865_RATES,
  maxPayloadBytes: [51, 51, 51, 115, 222, 222, undefined, 222],
  rx1DataRates: [
    [0, 0, 0, 0, 0, 0, 1, 2],
    [1, 0, 0, 0, 0, 0, 2, 3],
    [2, 1, 0, 0, 0, 0, 3, 4],
    [3, 2, 1, 0, 0, 0, 4, 5],
    [4, 3, 2, 1, 0, 0, 5, 5],
    [5, 4, 3, 2, 1, 0, 5, 7],
    undefined,
    [7, 5, 5, 4, 3, 2, 7, 7],
  ],
  rx1FrequencyHz: SAME_CHANNEL,
  rx2: { frequencyHz: 866_550_000, dataRate: 2 },
  channelList: undefined,
  channelMasks: [{ control: 0, mask: 0b111 }],
  defaultChannelMasks: [{ control: 0, mask: 0b111 }],
  bandHz: [865_000_000, 867_000_000],
  gatewayChannels: { narrowHz: [865_062_500, 865_402_500, 865_985_000] },
  adrMaxDataRate: 5,
  txPowerSteps: 10,
  downlinkEirpDbm: () => 27,
  subBands: [],
};

/** RP002-1.0.3, section 2.13. */
export const KR920: RegionTable = {
  ...DELAYS,
  name: 'KR920',
  uplinkDataRates: DR0_TO_DR5,
  downlinkDataRates: DR0_TO_DR5,
  maxPayloadBytes: [51, 51, 51, 115, 222, 222],
  rx1DataRates: DESCENDING_RX1.slice(0, 6),
  rx1FrequencyHz: SAME_CHANNEL,
  rx2: { frequencyHz: 921_900_000, dataRate: 0 },
  channelList: undefined,
  channelMasks: [{ control: 0, mask: 0b111 }],
  defaultChannelMasks: [{ control: 0, mask: 0b111 }],
  bandHz: [920_900_000, 923_300_000],
  gatewayChannels: { narrowHz: [922_100_000, 922_300_000, 922_500_000] },
  adrMaxDataRate: 5,
  txPowerSteps: 7,
  downlinkEirpDbm: () => 23,
  // A gateway whose radio cannot listen has a fiftieth of the time on each channel.
  subBands: Array.from({ length: 12 }, (_none, index) => {
    const fromHz = 920_900_000 + index * 200_000;
    return { fromHz, toHz: fromHz + 200_000, dutyCycle: 0.02, maxEirpDbm: 23 };
  }),
  listensBeforeTalk: true,
};

/** RP002-1.0.3, section 2.14. */
export const RU864: RegionTable = {
  ...DELAYS,
  name: 'RU864',
  uplinkDataRates: EIGHT_RATES,
  downlinkDataRates: EIGHT_RATES,
  maxPayloadBytes: [51, 51, 51, 115, 222, 222, 222, 222],
  rx1DataRates: DESCENDING_RX1,
  rx1FrequencyHz: SAME_CHANNEL,
  rx2: { frequencyHz: 869_100_000, dataRate: 0 },
  channelList: undefined,
  channelMasks: [{ control: 0, mask: 0b11 }],
  defaultChannelMasks: [{ control: 0, mask: 0b11 }],
  bandHz: [864_000_000, 870_000_000],
  gatewayChannels: { narrowHz: [868_900_000, 869_100_000] },
  adrMaxDataRate: 5,
  txPowerSteps: 7,
  downlinkEirpDbm: () => 16,
  subBands: [
    { fromHz: 864_000_000, toHz: 865_000_000, dutyCycle: 0.001, maxEirpDbm: 16 },
    { fromHz: 866_000_000, toHz: 868_000_000, dutyCycle: 0.01, maxEirpDbm: 16 },
    { fromHz: 868_700_000, toHz: 869_200_000, dutyCycle: 0.1, maxEirpDbm: 20 },
  ],
};
