import { describe, expect, it } from 'vitest';
import { DutyCycle } from './duty-cycle.ts';
import { EU868 } from './regions/eu868.ts';
import { us915 } from './regions/fixed-channel-regions.ts';
import { lora } from './regions/region.ts';
import { timeOnAirMs } from './time-on-air.ts';

const gatewayEui = '0016c001f1500812';

describe('DutyCycle', () => {
  it('fills a sub-band, refuses what would break it, and frees it as the hour slides', () => {
    const duty = new DutyCycle();
    const frame = { gatewayEui, frequencyHz: 868_100_000, durationMs: 1_000 };
    for (let second = 0; second < 36; second += 1) {
      expect(duty.reserve(EU868, frame, second * 1_000)).toBeDefined();
    }
    expect(duty.reserve(EU868, frame, 40_000)).toBeUndefined();
    expect(duty.status(40_000)).toEqual([
      { gatewayEui, fromHz: 868_000_000, toHz: 868_600_000, dutyCycle: 0.01, usedMs: 36_000, leftMs: 0 },
    ]);
    // Another sub-band and another gateway have their own.
    expect(duty.reserve(EU868, { ...frame, frequencyHz: 869_525_000 }, 40_000)).toBeDefined();
    expect(duty.reserve(EU868, { ...frame, gatewayEui: '0000000000000001' }, 40_000)).toBeDefined();
    // The first second of it is an hour old.
    expect(duty.reserve(EU868, frame, 3_600_000)).toBeDefined();
    expect(duty.reserve(EU868, frame, 3_600_500)).toBeUndefined();
  });

  it('gets back what was not sent', () => {
    const duty = new DutyCycle();
    const frame = { gatewayEui, frequencyHz: 868_100_000, durationMs: 36_000 };
    duty.reserve(EU868, frame, 0)?.release();
    expect(duty.reserve(EU868, frame, 1)).toBeDefined();
  });

  it('refuses a frequency that no sub-band covers, and limits nothing where the region has none', () => {
    const duty = new DutyCycle();
    expect(duty.reserve(EU868, { gatewayEui, frequencyHz: 868_650_000, durationMs: 1 }, 0)).toBeUndefined();
    expect(duty.reserve(us915(), { gatewayEui, frequencyHz: 923_300_000, durationMs: 1e9 }, 0)).toBeDefined();
  });
});

describe('time on air', () => {
  // The Things Network's airtime calculator: 13 bytes of PHYPayload, explicit header, CRC, 4/5.
  it.each([
    [7, 125, 46.336],
    [8, 125, 82.432],
    [9, 125, 164.864],
    [10, 125, 288.768],
    [11, 125, 577.536],
    [12, 125, 1_155.072],
    [7, 250, 23.168],
  ])('SF%i BW%i: %f ms', (spreadingFactor, bandwidthKhz, milliseconds) => {
    expect(timeOnAirMs(lora(spreadingFactor, bandwidthKhz), 13, true)).toBeCloseTo(milliseconds, 3);
  });

  it('of FSK at 50 kbit/s', () => {
    expect(timeOnAirMs({ modulation: 'FSK', bitRate: 50_000 }, 21, true)).toBeCloseTo(5.12, 6);
  });
});
