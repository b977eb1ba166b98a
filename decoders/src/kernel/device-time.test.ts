import { describe, expect, it } from 'vitest';
import type { DeviceTimeFormat } from '../definition.ts';
import { deviceTimeIn } from './device-time.ts';
import { SparseRegisterImage } from './sparse-register-image.ts';
import { isZone } from './zone.ts';

function timeIn(words: readonly number[], format: DeviceTimeFormat, zone = 'UTC'): string | undefined {
  const image = new SparseRegisterImage();
  image.set('holdingRegister', 0, words);
  const at = deviceTimeIn({ table: 'holdingRegister', address: 0, format, zone }, image);
  return at === undefined ? undefined : new Date(at).toISOString();
}

const NOON = Date.UTC(2026, 6, 14, 12);

function words32(value: number): number[] {
  return [Math.floor(value / 0x1_0000), value % 0x1_0000];
}

describe('the time that a device tells', () => {
  it.each<[DeviceTimeFormat, number[], string]>([
    ['unixSeconds', words32(NOON / 1_000), '2026-07-14T12:00:00.000Z'],
    ['secondsSince2000', words32((NOON - Date.UTC(2000, 0, 1)) / 1_000), '2026-07-14T12:00:00.000Z'],
    ['iec60870', [26, 0x07ce, 0x0c1e, 15_500], '2026-07-14T12:30:15.500Z'],
    ['monthDayYearHour', [0x070e, 0x7e0c, 0x1e0f], '2026-07-14T12:30:15.000Z'],
    ['sixRegisters', [2026, 7, 14, 12, 30, 15], '2026-07-14T12:30:15.000Z'],
    ['sixRegisters', [26, 7, 14, 12, 30, 15], '2026-07-14T12:30:15.000Z'],
    ['bcd', [0x2607, 0x1412, 0x3015], '2026-07-14T12:30:15.000Z'],
    [
      'unixMilliseconds',
      [...words32(Math.floor(NOON / 2 ** 32)), ...words32(NOON % 2 ** 32)],
      '2026-07-14T12:00:00.000Z',
    ],
  ])('is read from %s', (format, words, expected) => {
    expect(timeIn(words, format)).toBe(expected);
  });

  it.each<[DeviceTimeFormat, number[]]>([
    ['unixSeconds', [0, 0]],
    ['unixSeconds', [0xffff, 0xffff]],
    // the bit for "invalid"
    ['iec60870', [26, 0x07ce, 0x0c9e, 0]],
    ['sixRegisters', [2026, 2, 30, 0, 0, 0]],
    ['sixRegisters', [2026, 2, 3, 24, 0, 0]],
    ['bcd', [0x2607, 0x14aa, 0x3015]],
    ['sixRegisters', [2026, 7]],
  ])('is none in %s %j', (format, words) => {
    expect(timeIn(words, format)).toBeUndefined();
  });

  it.each([
    ['+02:00', 'T10:00:00'],
    ['-05:30', 'T17:30:00'],
    ['Europe/Paris', 'T10:00:00'],
    ['America/New_York', 'T16:00:00'],
  ])('is of the zone %s', (zone, expected) => {
    expect(timeIn([2026, 7, 14, 12, 0, 0], 'sixRegisters', zone)).toContain(expected);
  });

  it('is the first of an hour that clocks show twice, and one that exists for an hour that they leave out', () => {
    expect(timeIn([2026, 10, 25, 2, 30, 0], 'sixRegisters', 'Europe/Paris')).toBe('2026-10-25T00:30:00.000Z');
    expect(timeIn([2026, 3, 29, 2, 30, 0], 'sixRegisters', 'Europe/Paris')).toBe('2026-03-29T01:30:00.000Z');
    expect(timeIn([2026, 1, 14, 12, 0, 0], 'sixRegisters', 'Europe/Paris')).toBe('2026-01-14T11:00:00.000Z');
  });

  it('needs a zone that there is', () => {
    expect(['UTC', '+01:00', 'Europe/Paris'].every(isZone)).toBe(true);
    expect(['', 'Europe/Nowhere', '+1'].some(isZone)).toBe(false);
  });
});
