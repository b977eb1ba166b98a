import type { RegionTable } from '../network-server/regions/region.ts';
import type { DataRate } from '../radio.ts';
import type { SourcePower } from '../transmit-power.ts';

/**
 * What a station calls our regions. One that does not know the name sends nothing at all (2.0.6, src/s2e.c,
 * handle_router_config and s2e_onMsg), and the name stands for limits of its own: the American one has none, and takes
 * the power that it is told. Stations before 2.0.6 know `US902` in its place, which would hold them to 30 dBm.
 */
const STATION_REGIONS: Readonly<Record<string, string>> = {
  EU868: 'EU863',
  AU915: 'AU915',
  KR920: 'KR920',
  'AS923-1': 'AS923JP',
};
const LIMITLESS = 'US915';

const DATA_RATES = 16;
const LARGEST_OFFSET_HZ = 400_000;

/** How a station sets up its radio: the answer to its `version`. */
export function routerConfig(region: RegionTable, muxTime: number, power: SourcePower = {}): Record<string, unknown> {
  const { maxEirpDbm = Number.POSITIVE_INFINITY, antennaGainDb = 0 } = power;
  const frequencies = [...region.gatewayChannels.narrowHz, region.rx2.frequencyHz, ...downlinkFrequencies(region)];
  const highestDbm = Math.max(...frequencies.map((frequencyHz) => region.downlinkEirpDbm(frequencyHz)));
  return {
    msgtype: 'router_config',
    NetID: null,
    JoinEui: null,
    region: STATION_REGIONS[region.name] ?? LIMITLESS,
    max_eirp: Math.min(maxEirpDbm, highestDbm) - antennaGainDb,
    ...ownLimits(region),
    hwspec: 'sx1301/1',
    // A group or a device may be spoken to elsewhere than on the channels.
    freq_range: [...region.bandHz],
    DRs: Array.from({ length: DATA_RATES }, (_none, number) => dataRateOf(region, number)),
    sx1301_conf: [concentrator(region)],
    MuxTime: muxTime,
  };
}

/**
 * The agent counts airtime by the sliding hour, where a station bars a band for a while after each frame. Only the station
 * can listen before it talks.
 */
function ownLimits({ listensBeforeTalk }: RegionTable): Record<string, boolean> {
  return { nodc: true, nodwell: true, nocca: listensBeforeTalk !== true };
}

/** Number of a downlink data rate in the table above. */
export function stationDataRate(region: RegionTable, dataRate: DataRate): number | undefined {
  const wanted = JSON.stringify(tripleOf(dataRate));
  const number = region.downlinkDataRates.findIndex((known) => known && JSON.stringify(tripleOf(known)) === wanted);
  return number === -1 ? undefined : number;
}

/** Spreading factor (0 FSK, −1 none), bandwidth in kHz, and whether it is for downlinks alone. */
function dataRateOf(region: RegionTable, number: number): number[] {
  const uplink = region.uplinkDataRates[number];
  const dataRate = uplink ?? region.downlinkDataRates[number];
  return dataRate ? [...tripleOf(dataRate), uplink ? 0 : 1] : [-1, 0, 0];
}

function tripleOf(dataRate: DataRate): [number, number] {
  return dataRate.modulation === 'LORA' ? [dataRate.spreadingFactor, dataRate.bandwidthKhz] : [0, 0];
}

function downlinkFrequencies(region: RegionTable): number[] {
  return region.gatewayChannels.narrowHz.flatMap((frequencyHz) => region.rx1FrequencyHz(frequencyHz) ?? []);
}

/** Two radios, each in the middle of half of the channels; a channel is at most 400 kHz away from its radio. */
function concentrator(region: RegionTable): Record<string, unknown> {
  const { wide } = region.gatewayChannels;
  const narrowHz = listenedHz(region);
  const centres = radioCentres(narrowHz);
  const radioOf = (frequencyHz: number) => {
    const radio = centres.findIndex((centre) => Math.abs(frequencyHz - centre) <= LARGEST_OFFSET_HZ);
    return radio === -1 ? { enable: false } : { enable: true, radio, if: frequencyHz - (centres[radio] ?? 0) };
  };
  return {
    ...Object.fromEntries(
      [0, 1].map((radio) => [`radio_${radio}`, { enable: centres[radio] !== undefined, freq: centres[radio] ?? 0 }]),
    ),
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_none, index) => {
        const frequencyHz = narrowHz[index];
        return [`chan_multiSF_${index}`, frequencyHz === undefined ? { enable: false } : radioOf(frequencyHz)];
      }),
    ),
    chan_Lora_std:
      wide?.dataRate.modulation === 'LORA'
        ? {
            ...radioOf(wide.frequencyHz),
            bandwidth: wide.dataRate.bandwidthKhz * 1_000,
            spread_factor: wide.dataRate.spreadingFactor,
          }
        : { enable: false },
    chan_FSK: { enable: false },
  };
}

/** A radio that listens before it talks does so on the channels that it receives on, and refuses to send on others. */
function listenedHz({ gatewayChannels: { narrowHz }, rx2, listensBeforeTalk }: RegionTable): readonly number[] {
  return listensBeforeTalk ? [...new Set([...narrowHz, rx2.frequencyHz])] : narrowHz;
}

/** As few centres as cover all channels, at most two. */
function radioCentres(frequenciesHz: readonly number[]): number[] {
  const sorted = [...frequenciesHz].sort((a, b) => a - b);
  const centres: number[] = [];
  while (sorted.length > 0 && centres.length < 2) {
    const first = sorted[0] ?? 0;
    const reach = sorted.filter((frequencyHz) => frequencyHz - first <= 2 * LARGEST_OFFSET_HZ);
    centres.push((first + (reach.at(-1) ?? first)) / 2);
    sorted.splice(0, reach.length);
  }
  return centres;
}
