import type { DataRate } from '../radio.ts';
import type { RegionTable } from './region.ts';

const lora = (spreadingFactor: number, bandwidthKhz: number): DataRate => ({
  modulation: 'LORA',
  spreadingFactor,
  bandwidthKhz,
});

/** RP002-1.0.3, section 2.5; sub-bands from ETSI EN 300 220-2 V3.2.1, table B.1. */
export const EU868: RegionTable = {
  name: 'EU868',
  dataRates: [
    lora(12, 125),
    lora(11, 125),
    lora(10, 125),
    lora(9, 125),
    lora(8, 125),
    lora(7, 125),
    lora(7, 250),
    { modulation: 'FSK', bitRate: 50_000 },
  ],
  maxPayloadBytes: [51, 51, 51, 115, 222, 222, 222, 222],
  rx1DataRates: [
    [0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0, 0, 0],
    [2, 1, 0, 0, 0, 0],
    [3, 2, 1, 0, 0, 0],
    [4, 3, 2, 1, 0, 0],
    [5, 4, 3, 2, 1, 0],
    [6, 5, 4, 3, 2, 1],
    [7, 6, 5, 4, 3, 2],
  ],
  rx1FrequencyHz: (uplinkFrequencyHz) => uplinkFrequencyHz,
  rx2: { frequencyHz: 869_525_000, dataRate: 0 },
  receiveDelay1Ms: 1_000,
  joinAcceptDelay1Ms: 5_000,
  extraChannelsHz: [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000],
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
