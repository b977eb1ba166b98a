import type { LorawanConfig } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { dataRateName } from '../../radio.ts';
import { timeOnAirMs } from '../time-on-air.ts';
import { regionOf } from './catalogue.ts';
import { lora, receiveWindows, uplinkDataRateNumber } from './region.ts';

const NAMES: LorawanConfig['region'][] = [
  'EU868',
  'US915',
  'AS923-1',
  'AS923-2',
  'AS923-3',
  'AS923-4',
  'AU915',
  'IN865',
  'KR920',
  'RU864',
  'CN470',
];

/** One uplink of each region and its windows; chirpstack/chirpstack lrwn/src/region/*.rs. */
const WINDOWS: [LorawanConfig['region'], number, string, string[]][] = [
  ['EU868', 868_100_000, 'SF7BW125', ['868100000 SF7BW125', '869525000 SF12BW125']],
  ['US915', 902_300_000, 'SF10BW125', ['923300000 SF10BW500', '923300000 SF12BW500']],
  ['US915', 904_100_000, 'SF7BW125', ['923900000 SF7BW500', '923300000 SF12BW500']],
  ['US915', 904_600_000, 'SF8BW500', ['923900000 SF7BW500', '923300000 SF12BW500']],
  ['AS923-1', 923_200_000, 'SF12BW125', ['923200000 SF10BW125', '923200000 SF10BW125']],
  ['AS923-2', 921_400_000, 'SF7BW125', ['921400000 SF7BW125', '921400000 SF10BW125']],
  ['AS923-3', 916_600_000, 'SF9BW125', ['916600000 SF9BW125', '916600000 SF10BW125']],
  ['AS923-4', 917_300_000, 'SF9BW125', ['917300000 SF9BW125', '917300000 SF10BW125']],
  ['AU915', 915_200_000, 'SF12BW125', ['923300000 SF12BW500', '923300000 SF12BW500']],
  ['AU915', 916_800_000, 'SF7BW125', ['923300000 SF7BW500', '923300000 SF12BW500']],
  ['IN865', 865_062_500, 'SF10BW125', ['865062500 SF10BW125', '866550000 SF10BW125']],
  ['KR920', 922_100_000, 'SF7BW125', ['922100000 SF7BW125', '921900000 SF12BW125']],
  ['RU864', 868_900_000, 'SF7BW125', ['868900000 SF7BW125', '869100000 SF12BW125']],
  ['CN470', 470_300_000, 'SF7BW125', ['500300000 SF7BW125', '505300000 SF12BW125']],
  ['CN470', 480_100_000, 'SF7BW125', ['500500000 SF7BW125', '505300000 SF12BW125']],
];

describe('receive windows', () => {
  it.each(WINDOWS)('%s, %i Hz, %s', (name, frequencyHz, rate, expected) => {
    const region = regionOf({ region: name });
    const dataRate = region.uplinkDataRates.find((known) => known && dataRateName(known) === rate);
    if (!dataRate) throw new Error(`${name} has no ${rate}`);
    const windows = receiveWindows(
      region,
      { frequencyHz, dataRate },
      { rx1DelayMs: 1_000, rx1DrOffset: 0, rx2FrequencyHz: region.rx2.frequencyHz, rx2DataRate: region.rx2.dataRate },
    );
    expect(windows.map((window) => `${window.frequencyHz} ${dataRateName(window.dataRate)}`)).toEqual(expected);
    expect(windows.map(({ delayMs }) => delayMs)).toEqual([1_000, 2_000]);
  });

  it('leave RX1 out for a frequency or a data rate that the region does not have', () => {
    const us915 = regionOf({ region: 'US915' });
    const parameters = { rx1DelayMs: 1_000, rx1DrOffset: 0, rx2FrequencyHz: 923_300_000, rx2DataRate: 8 };
    const names = (frequencyHz: number, factor: number) =>
      receiveWindows(us915, { frequencyHz, dataRate: lora(factor, 125) }, parameters).map(({ name }) => name);
    expect(names(902_300_000, 7)).toEqual(['RX1', 'RX2']);
    expect(names(902_350_000, 7)).toEqual(['RX2']);
    expect(names(902_300_000, 12)).toEqual(['RX2']);
  });
});

describe('every table', () => {
  it.each(NAMES)('%s is whole', (name) => {
    const region = regionOf({ region: name });
    expect(region.name).toBe(name);
    region.uplinkDataRates.forEach((dataRate, number) => {
      if (!dataRate) return;
      expect(uplinkDataRateNumber(region, dataRate)).toBe(number);
      for (const rx1 of region.rx1DataRates[number] ?? []) {
        expect(region.downlinkDataRates[rx1], `RX1 data rate ${rx1}`).toBeDefined();
        expect(region.maxPayloadBytes[rx1], `payload of DR${rx1}`).toBeGreaterThan(0);
      }
    });
    expect(region.downlinkDataRates[region.rx2.dataRate]).toBeDefined();
    expect(region.maxPayloadBytes[region.rx2.dataRate]).toBeGreaterThan(0);
    expect(region.uplinkDataRates[region.adrMaxDataRate]).toBeDefined();
    const [fromHz, toHz] = region.bandHz;
    const channels = region.gatewayChannels.narrowHz.flatMap((hz) => [hz, region.rx1FrequencyHz(hz) ?? hz]);
    for (const hz of [...channels, region.rx2.frequencyHz]) {
      expect(hz).toBeGreaterThan(fromHz);
      expect(hz).toBeLessThan(toHz);
    }
    for (const { frequencyHz } of [region.rx2]) {
      const band = region.subBands.find(({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz < toHz);
      if (region.subBands.length > 0) expect(band).toBeDefined();
    }
    for (const { fromHz, toHz, maxEirpDbm } of region.subBands) {
      expect(region.downlinkEirpDbm((fromHz + toHz) / 2)).toBeLessThanOrEqual(maxEirpDbm);
    }
  });

  it.each([
    'AS923-1',
    'AS923-2',
    'AS923-3',
    'AS923-4',
  ] as const)('%s keeps its dwell time with the longest frame', (name) => {
    const region = regionOf({ region: name });
    region.maxPayloadBytes.forEach((bytes, number) => {
      const dataRate = region.downlinkDataRates[number];
      if (bytes === undefined || !dataRate) return;
      // MHDR 1, FHDR 7, FPort 1, MIC 4.
      expect(timeOnAirMs(dataRate, bytes + 13)).toBeLessThanOrEqual(region.maxDwellMs ?? 0);
    });
  });
});

describe('channel lists', () => {
  it('of EU868 are five frequencies', () => {
    const list = regionOf({ region: 'EU868' }).channelList;
    // The Things Network's join-accepts carry these bytes.
    expect(list?.toString('hex')).toBe('184f84e85684b85e84886684586e8400');
  });

  it('of US915 and AU915 are masks of the block that the gateways hear', () => {
    const { channelList, channelMasks } = regionOf({ region: 'US915', subBand: 2 });
    expect(channelList?.toString('hex')).toBe('00ff0000000000000200000000000001');
    expect(channelMasks).toEqual([
      { control: 7, mask: 0b10 },
      { control: 0, mask: 0xff00 },
    ]);
    expect(regionOf({ region: 'AU915' }).channelList).toBeUndefined();
  });
});
