import type { DataRate } from '../radio.ts';

/** A band with one limit on how much of an hour may be used, and how loudly. */
export interface SubBand {
  fromHz: number;
  toHz: number;
  /** Share of the time, 0–1. */
  dutyCycle: number;
  maxEirpDbm: number;
}

/** The channel parameters of one region as a table (LoRaWAN Regional Parameters RP002-1.0.x). */
export interface RegionTable {
  name: string;
  /** By number; holes are undefined. */
  dataRates: readonly (DataRate | undefined)[];
  /** N, the longest FRMPayload without FOpts, by data rate, of the table that leaves room for a repeater. */
  maxPayloadBytes: readonly number[];
  /** RX1 data rate by [uplink data rate][RX1DROffset]. */
  rx1DataRates: readonly (readonly number[])[];
  rx1FrequencyHz(uplinkFrequencyHz: number): number;
  rx2: { frequencyHz: number; dataRate: number };
  receiveDelay1Ms: number;
  joinAcceptDelay1Ms: number;
  /** Frequencies beyond the default channels that a join-accept hands out (CFList type 0). */
  extraChannelsHz: readonly number[];
  downlinkEirpDbm(frequencyHz: number): number;
  subBands: readonly SubBand[];
}

/** The second windows open a second after the first (section 3.3.2). */
export const SECOND_WINDOW_MS = 1_000;

export function dataRateNumber(region: RegionTable, dataRate: DataRate): number | undefined {
  const index = region.dataRates.findIndex((known) => known !== undefined && isSame(known, dataRate));
  return index === -1 ? undefined : index;
}

function isSame(a: DataRate, b: DataRate): boolean {
  if (a.modulation === 'LORA') {
    return b.modulation === 'LORA' && a.spreadingFactor === b.spreadingFactor && a.bandwidthKhz === b.bandwidthKhz;
  }
  return b.modulation === 'FSK' && a.bitRate === b.bitRate;
}

/** Where and how a frame may be answered. */
export interface ReceiveWindow {
  name: 'RX1' | 'RX2';
  frequencyHz: number;
  dataRate: DataRate;
  maxPayloadBytes: number;
  delayMs: number;
}

export interface WindowParameters {
  rx1DelayMs: number;
  rx1DrOffset: number;
  rx2FrequencyHz: number;
  rx2DataRate: number;
}

/** The windows after an uplink, the first one first; RX1 is missing where the uplink's data rate is not the region's. */
export function receiveWindows(
  region: RegionTable,
  uplink: { frequencyHz: number; dataRate: DataRate },
  parameters: WindowParameters,
): ReceiveWindow[] {
  const uplinkDataRate = dataRateNumber(region, uplink.dataRate);
  const rx1DataRate =
    uplinkDataRate === undefined ? undefined : region.rx1DataRates[uplinkDataRate]?.[parameters.rx1DrOffset];
  return [
    ...windowOf(region, 'RX1', region.rx1FrequencyHz(uplink.frequencyHz), rx1DataRate, parameters.rx1DelayMs),
    ...windowOf(
      region,
      'RX2',
      parameters.rx2FrequencyHz,
      parameters.rx2DataRate,
      parameters.rx1DelayMs + SECOND_WINDOW_MS,
    ),
  ];
}

function windowOf(
  region: RegionTable,
  name: ReceiveWindow['name'],
  frequencyHz: number,
  number: number | undefined,
  delayMs: number,
): ReceiveWindow[] {
  const dataRate = number === undefined ? undefined : region.dataRates[number];
  const maxPayloadBytes = number === undefined ? undefined : region.maxPayloadBytes[number];
  if (!dataRate || maxPayloadBytes === undefined) return [];
  return [{ name, frequencyHz, dataRate, maxPayloadBytes, delayMs }];
}

/** CFList type 0: five frequencies in steps of 100 Hz, then the type (regional parameters, section 2.4.4). */
export function channelListOf(region: RegionTable): Buffer | undefined {
  if (region.extraChannelsHz.length === 0) return undefined;
  const list = Buffer.alloc(16);
  region.extraChannelsHz.slice(0, 5).forEach((frequencyHz, index) => {
    list.writeUIntLE(frequencyHz / 100, index * 3, 3);
  });
  return list;
}

/** SNR that a demodulator needs, by spreading factor (SX1301 data sheet, table 13). */
const REQUIRED_SNR_DB: Readonly<Record<number, number>> = {
  5: -2.5,
  6: -5,
  7: -7.5,
  8: -10,
  9: -12.5,
  10: -15,
  11: -17.5,
  12: -20,
};

/** How far above the least that can be demodulated a frame was; undefined for FSK. */
export function linkMarginDb(snrDb: number, dataRate: DataRate): number | undefined {
  const required = dataRate.modulation === 'LORA' ? REQUIRED_SNR_DB[dataRate.spreadingFactor] : undefined;
  return required === undefined ? undefined : snrDb - required;
}
