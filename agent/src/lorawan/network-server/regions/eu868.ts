import { DELAYS, DR0_TO_DR5, FSK_50, frequencyList, lora, type RegionTable } from './region.ts';

/** RX1 data rates where an offset lowers the rate step by step: EU868, KR920, RU864, CN470. */
export const DESCENDING_RX1: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0],
  [1, 0, 0, 0, 0, 0],
  [2, 1, 0, 0, 0, 0],
  [3, 2, 1, 0, 0, 0],
  [4, 3, 2, 1, 0, 0],
  [5, 4, 3, 2, 1, 0],
  [6, 5, 4, 3, 2, 1],
  [7, 6, 5, 4, 3, 2],
];

const DATA_RATES = [...DR0_TO_DR5, lora(7, 250), FSK_50];

/** RP002-1.0.3, section 2.5; sub-bands from ETSI EN 300 220-2 V3.2.1, table B.1. */
export const EU868: RegionTable = {
  ...DELAYS,
  name: 'EU868',
  uplinkDataRates: DATA_RATES,
  downlinkDataRates: DATA_RATES,
  maxPayloadBytes: [51, 51, 51, 115, 222, 222, 222, 222],
  rx1DataRates: DESCENDING_RX1,
  rx1FrequencyHz: (uplinkFrequencyHz) => uplinkFrequencyHz,
  rx2: { frequencyHz: 869_525_000, dataRate: 0 },
  channelList: frequencyList([867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000]),
  channelMasks: [{ control: 0, mask: 0x00ff }],
  defaultChannelMasks: [{ control: 0, mask: 0b111 }],
  bandHz: [863_000_000, 870_000_000],
  gatewayChannels: {
    narrowHz: [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9].map((mhz) => mhz * 1e6),
    wide: { frequencyHz: 868_300_000, dataRate: lora(7, 250) },
  },
  adrMaxDataRate: 5,
  txPowerSteps: 7,
  // The sub-band of RX2 allows 29 dBm; 27 is the most that the power tables of common concentrators hold, and an
  // older forwarder refuses what its table lacks.
  downlinkEirpDbm: (frequencyHz) => (frequencyHz >= 869_400_000 && frequencyHz <= 869_650_000 ? 27 : 16),
  subBands: [
    { fromHz: 863_000_000, toHz: 865_000_000, dutyCycle: 0.001, maxEirpDbm: 16 },
    { fromHz: 865_000_000, toHz: 868_000_000, dutyCycle: 0.01, maxEirpDbm: 16 },
    { fromHz: 868_000_000, toHz: 868_600_000, dutyCycle: 0.01, maxEirpDbm: 16 },
    { fromHz: 868_700_000, toHz: 869_200_000, dutyCycle: 0.001, maxEirpDbm: 16 },
    { fromHz: 869_400_000, toHz: 869_650_000, dutyCycle: 0.1, maxEirpDbm: 29 },
    { fromHz: 869_700_000, toHz: 870_000_000, dutyCycle: 0.01, maxEirpDbm: 16 },
  ],
};
