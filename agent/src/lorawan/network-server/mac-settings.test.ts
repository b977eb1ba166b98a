import type { LorawanMacSettings } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import type { DeviceCommand } from './mac-commands.ts';
import { MacSettings } from './mac-settings.ts';
import { AS923_1 } from './regions/dynamic-channel-regions.ts';
import { EU868 } from './regions/eu868.ts';
import { us915 } from './regions/fixed-channel-regions.ts';
import { defaultWindows, type RegionTable } from './regions/region.ts';
import { settingsProblem } from './settings-check.ts';

const DELAY_OK: DeviceCommand = { name: 'RXTimingSetupAns' };
const CHANNEL_OK: DeviceCommand = { name: 'NewChannelAns', dataRateRangeOk: true, frequencyOk: true };
const CHANNEL = { index: 8, frequencyHz: 865_100_000, minDataRate: 0, maxDataRate: 5 };

/** A device under settings, uplink by uplink; every change reaches the disk at once. */
class Session {
  mac: MacSettings;
  readonly #region: RegionTable;

  constructor(region = EU868, mac = new MacSettings(defaultWindows(region))) {
    this.#region = region;
    this.mac = mac;
  }

  /** Gives what the downlink after this uplink asks. */
  uplink(wanted: LorawanMacSettings, commands: DeviceCommand[] = [], frequencyHz = 868_100_000) {
    this.mac.heard(this.#region, commands, frequencyHz);
    this.mac.plan({ region: this.#region, wanted, hasChannelList: true }, commands);
    this.mac.saved(this.mac.version);
    return [...this.mac.requests];
  }

  restart(): void {
    const { mac, ...windows } = structuredClone(this.mac.snapshot());
    this.mac = new MacSettings(windows, mac);
  }
}

describe('settings of a device', () => {
  it('ask nothing of a device that has them', () => {
    expect(new Session().uplink({})).toEqual([]);
    expect(new Session().uplink({ rx1DelaySeconds: 1, maxDutyCycle: 0 })).toEqual([]);
  });

  it('count from the answer on, and not before', () => {
    const session = new Session();
    const wanted = { rx1DelaySeconds: 5 };
    expect(session.uplink(wanted)).toEqual([{ name: 'RXTimingSetupReq', delaySeconds: 5 }]);
    expect(session.uplink(wanted)).toHaveLength(1);
    expect(session.mac.windows.rx1DelayMs).toBe(1_000);
    expect(session.uplink(wanted, [DELAY_OK])).toEqual([]);
    expect(session.mac.windows.rx1DelayMs).toBe(5_000);
  });

  it('are asked only once they are on the disk', () => {
    const mac = new MacSettings(defaultWindows(EU868));
    mac.plan({ region: EU868, wanted: { rx1DelaySeconds: 5 }, hasChannelList: true }, []);
    expect(mac.requests).toEqual([]);
    mac.saved(mac.version);
    expect(mac.requests).toHaveLength(1);
  });

  it('are what was asked before a restart, whatever the configuration says since', () => {
    const session = new Session();
    session.uplink({ rx1DelaySeconds: 5 });
    session.restart();
    expect(session.uplink({ rx1DelaySeconds: 7 }, [DELAY_OK])).toEqual([]);
    expect(session.mac.windows.rx1DelayMs).toBe(5_000);
    expect(session.uplink({ rx1DelaySeconds: 7 })).toEqual([{ name: 'RXTimingSetupReq', delaySeconds: 7 }]);
  });

  it('do not take a repeated answer for the next one', () => {
    const session = new Session();
    session.uplink({ rx1DelaySeconds: 5 });
    session.uplink({ rx1DelaySeconds: 5 }, [DELAY_OK]);
    const next = { rx1DelaySeconds: 7 };
    // The downlink that would have stopped the repetition was lost.
    expect(session.uplink(next, [DELAY_OK])).toEqual([]);
    expect(session.mac.windows.rx1DelayMs).toBe(5_000);
    session.uplink(next);
    session.uplink(next, [DELAY_OK]);
    expect(session.mac.windows.rx1DelayMs).toBe(7_000);
  });

  it('move the second window as a whole or not at all', () => {
    const session = new Session();
    const wanted = { rx1DrOffset: 2, rx2: { frequencyHz: 869_525_000, dataRate: 3 } };
    const request = { name: 'RXParamSetupReq', rx1DrOffset: 2, rx2DataRate: 3, frequencyHz: 869_525_000 };
    expect(session.uplink(wanted)).toEqual([request]);
    const half: DeviceCommand = { name: 'RXParamSetupAns', rx1DrOffsetOk: true, rx2DataRateOk: false, channelOk: true };
    expect(session.uplink(wanted, [half])).toEqual([]);
    expect(session.mac.windows).toEqual(defaultWindows(EU868));
    expect(session.mac.refused).toEqual([request]);
    // Refused is refused; another wish is asked.
    expect(session.uplink(wanted)).toEqual([]);
    expect(session.uplink({ rx1DrOffset: 1 })).toHaveLength(1);
    session.uplink({ rx1DrOffset: 1 }, [{ ...half, rx2DataRateOk: true }]);
    expect(session.mac.windows).toMatchObject({ rx1DrOffset: 1, rx2DataRate: 0 });
  });

  it('add channels one by one, each with its answer frequency, and take them back', () => {
    const session = new Session();
    const second = { ...CHANNEL, index: 9, frequencyHz: 865_300_000, downlinkFrequencyHz: 869_525_000 };
    const wanted = { channels: [CHANNEL, second] };
    expect(session.uplink(wanted)).toMatchObject([{ name: 'NewChannelReq', channel: 8, frequencyHz: 865_100_000 }]);
    expect(session.uplink(wanted, [CHANNEL_OK])).toEqual([]);
    expect(session.uplink(wanted)).toMatchObject([{ name: 'NewChannelReq', channel: 9 }]);
    // Its answer was lost, but the device uses the channel.
    expect(session.uplink(wanted, [], 865_300_000)).toEqual([
      { name: 'DlChannelReq', channel: 9, frequencyHz: 869_525_000 },
    ]);
    session.uplink(wanted, [{ name: 'DlChannelAns', uplinkFrequencyExists: true, frequencyOk: true }]);
    expect(session.uplink(wanted)).toEqual([]);
    expect(session.mac.extraChannelMask).toBe(0b11_0000_0000);
    session.restart();
    expect(session.mac.rx1FrequencyHz(EU868, 865_300_000)).toBe(869_525_000);
    expect(session.mac.rx1FrequencyHz(EU868, 868_100_000)).toBeUndefined();

    const less = { channels: [CHANNEL] };
    expect(session.uplink(less)).toMatchObject([
      { name: 'NewChannelReq', channel: 9, frequencyHz: 0 },
      { name: 'DlChannelReq', channel: 9, frequencyHz: 865_300_000 },
    ]);
    session.uplink(less, [CHANNEL_OK]);
    expect(session.uplink(less)).toEqual([]);
    expect(session.mac.extraChannelMask).toBe(0b1_0000_0000);
  });

  it('limit the duty cycle, and set the dwell time where the region has one', () => {
    const session = new Session();
    expect(session.uplink({ maxDutyCycle: 7 })).toEqual([{ name: 'DutyCycleReq', maxDutyCycle: 7 }]);
    session.uplink({ maxDutyCycle: 7 }, [{ name: 'DutyCycleAns' }]);
    expect(session.uplink({ maxDutyCycle: 7 })).toEqual([]);
    const txParams = { uplinkDwell: false, downlinkDwell: false, maxEirpDbm: 16 as const };
    expect(new Session(AS923_1).uplink({ txParams })).toEqual([
      { name: 'TxParamSetupReq', uplinkDwell: false, downlinkDwell: false, maxEirp: 5 },
    ]);
  });

  it('are asked less often of a device that does not answer', () => {
    const session = new Session();
    const asked = Array.from({ length: 64 }, () => session.uplink({ maxDutyCycle: 3 }).length);
    expect(asked.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 1));
    expect(asked.slice(8).reduce((sum, n) => sum + n, 0)).toBe(4);
  });
});

describe('what a region cannot do', () => {
  it.each([
    [EU868, { rx1DrOffset: 6 }],
    [EU868, { rx2: { frequencyHz: 869_525_000, dataRate: 9 } }],
    [EU868, { rx2: { frequencyHz: 902_300_000, dataRate: 0 } }],
    [EU868, { txParams: { uplinkDwell: true, downlinkDwell: true, maxEirpDbm: 16 as const } }],
    [EU868, { channels: [{ ...CHANNEL, index: 0 }] }],
    [EU868, { channels: [{ ...CHANNEL, maxDataRate: 12 }] }],
    [EU868, { channels: [CHANNEL, CHANNEL] }],
    [us915(1), { channels: [CHANNEL] }],
    [us915(1), { rx2: { frequencyHz: 869_525_000, dataRate: 8 } }],
  ])('is told: %#', (region, settings) => {
    expect(settingsProblem(region, settings)).toBeTypeOf('string');
  });

  it('is nothing of what it can', () => {
    const rx2 = { frequencyHz: 869_525_000, dataRate: 3 };
    expect(settingsProblem(EU868, { rx1DelaySeconds: 5, rx1DrOffset: 5, rx2, channels: [CHANNEL] })).toBeUndefined();
  });
});
