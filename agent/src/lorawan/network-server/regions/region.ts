import { type DataRate, dataRateName } from '../../radio.ts';

/** A band with one limit on how much of an hour may be used, and how loudly. */
export interface SubBand {
  fromHz: number;
  toHz: number;
  /** Share of the time, 0–1. */
  dutyCycle: number;
  maxEirpDbm: number;
}

/** Channels that a device is told to use, as one LinkADRReq each (LoRaWAN 1.0.x, section 5.3). */
export interface ChannelMask {
  control: number;
  mask: number;
}

/** The channel parameters of one region as a table (LoRaWAN Regional Parameters RP002-1.0.x). */
export interface RegionTable {
  name: string;
  /** By number; holes are undefined. */
  uplinkDataRates: readonly (DataRate | undefined)[];
  downlinkDataRates: readonly (DataRate | undefined)[];
  /** N, the longest FRMPayload without FOpts, by downlink data rate, of the table that leaves room for a repeater. */
  maxPayloadBytes: readonly (number | undefined)[];
  /** RX1 data rate by [uplink data rate][RX1DROffset]. */
  rx1DataRates: readonly (readonly number[] | undefined)[];
  /** Undefined where the uplink's frequency is no channel of the region. */
  rx1FrequencyHz(uplinkFrequencyHz: number): number | undefined;
  rx2: { frequencyHz: number; dataRate: number };
  receiveDelay1Ms: number;
  joinAcceptDelay1Ms: number;
  /** For a join-accept (regional parameters, CFList), where the region's devices take one. */
  channelList: Buffer | undefined;
  channelMasks: readonly ChannelMask[];
  /** Only the channels that a device knows without having been told. */
  defaultChannelMasks: readonly ChannelMask[];
  /** Where anything may be transmitted at all. */
  bandHz: readonly [from: number, to: number];
  /** What a gateway of eight channels listens to: 125 kHz channels, and a wider one beside them. */
  gatewayChannels: { narrowHz: readonly number[]; wide?: { frequencyHz: number; dataRate: DataRate } };
  /** All that devices may use, by bandwidth, where those are more. */
  uplinkChannels?: { narrowHz: readonly number[]; wideHz: readonly number[] };
  /** Highest data rate that ADR gives, and number of steps of 2 dB that TXPower knows below the maximum. */
  adrMaxDataRate: number;
  txPowerSteps: number;
  downlinkEirpDbm(frequencyHz: number): number;
  subBands: readonly SubBand[];
  /** Longest downlink, where the region limits the time on a channel. */
  maxDwellMs?: number;
  /** The same region for a device that took it that downlinks last as long as they like (TxParamSetupReq). */
  dwellFree?: RegionTable;
  /** A gateway has to find the channel free before it transmits. */
  listensBeforeTalk?: true;
  /** Devices of the region understand TxParamSetupReq. */
  hasTxParams?: true;
}

/** How many channels a device knows by heart; undefined where the plan is fixed and no channel can be added. */
export function defaultChannelCount({ defaultChannelMasks }: RegionTable): number | undefined {
  const [first, second] = defaultChannelMasks;
  if (!first || second || first.control !== 0) return undefined;
  return first.mask.toString(2).replaceAll('0', '').length;
}

/** The frequencies that a join-accept adds behind those, in their order. */
export function listedFrequencies({ channelList }: RegionTable): number[] {
  if (channelList?.readUInt8(15) !== 0) return [];
  return [0, 3, 6, 9, 12].map((offset) => channelList.readUIntLE(offset, 3) * 100);
}

/** The same in every region (RP002, table 1). */
export const DELAYS = { receiveDelay1Ms: 1_000, joinAcceptDelay1Ms: 5_000 } as const;

/** What holds for a device by what it was told. */
export function regionFor(region: RegionTable, { isDownlinkDwellFree }: { isDownlinkDwellFree: boolean }): RegionTable {
  return isDownlinkDwellFree ? (region.dwellFree ?? region) : region;
}

/** The second windows open a second after the first (section 3.3.2). */
export const SECOND_WINDOW_MS = 1_000;

export function lora(spreadingFactor: number, bandwidthKhz: number): DataRate {
  return { modulation: 'LORA', spreadingFactor, bandwidthKhz };
}

export const FSK_50: DataRate = { modulation: 'FSK', bitRate: 50_000 };

/** DR0–DR5 of all regions but those of the 915 MHz band. */
export const DR0_TO_DR5: readonly DataRate[] = [12, 11, 10, 9, 8, 7].map((factor) => lora(factor, 125));

export function uplinkDataRateNumber(region: RegionTable, dataRate: DataRate): number | undefined {
  const name = dataRateName(dataRate);
  const index = region.uplinkDataRates.findIndex((known) => known !== undefined && dataRateName(known) === name);
  return index === -1 ? undefined : index;
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

/** As long as the device was told nothing else. */
export function defaultWindows({ receiveDelay1Ms: rx1DelayMs, rx2 }: RegionTable): WindowParameters {
  return { rx1DelayMs, rx1DrOffset: 0, rx2FrequencyHz: rx2.frequencyHz, rx2DataRate: rx2.dataRate };
}

/** The windows after an uplink, the first one first; RX1 is missing where the uplink is not the region's. */
export function receiveWindows(
  region: RegionTable,
  uplink: { frequencyHz: number; dataRate: DataRate },
  parameters: WindowParameters,
  /** Where the device was told that the answer to this channel comes. */
  toldFrequencyHz?: number,
): ReceiveWindow[] {
  const number = uplinkDataRateNumber(region, uplink.dataRate);
  const rx1DataRate = number === undefined ? undefined : region.rx1DataRates[number]?.[parameters.rx1DrOffset];
  const rx1FrequencyHz = toldFrequencyHz ?? region.rx1FrequencyHz(uplink.frequencyHz);
  return [
    ...windowOf(region, 'RX1', rx1FrequencyHz, rx1DataRate, parameters.rx1DelayMs),
    ...secondWindow(region, parameters),
  ];
}

/** RX2, in which class C devices listen all the time (section 17.1). */
export function secondWindow(region: RegionTable, parameters: WindowParameters): ReceiveWindow[] {
  const { rx2FrequencyHz, rx2DataRate, rx1DelayMs } = parameters;
  return windowOf(region, 'RX2', rx2FrequencyHz, rx2DataRate, rx1DelayMs + SECOND_WINDOW_MS);
}

function windowOf(
  region: RegionTable,
  name: ReceiveWindow['name'],
  frequencyHz: number | undefined,
  number: number | undefined,
  delayMs: number,
): ReceiveWindow[] {
  const dataRate = number === undefined ? undefined : region.downlinkDataRates[number];
  const maxPayloadBytes = number === undefined ? undefined : region.maxPayloadBytes[number];
  if (frequencyHz === undefined || !dataRate || maxPayloadBytes === undefined) return [];
  return [{ name, frequencyHz, dataRate, maxPayloadBytes, delayMs }];
}

/** CFList type 0: five frequencies in steps of 100 Hz, then the type. */
export function frequencyList(frequenciesHz: readonly number[]): Buffer {
  const list = Buffer.alloc(16);
  frequenciesHz.slice(0, 5).forEach((frequencyHz, index) => {
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
