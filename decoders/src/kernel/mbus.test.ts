import { describe, expect, it } from 'vitest';
import { ByteReader, fromHex } from './byte-reader.ts';
import { mbusValues, readMbusRecords, readWholeMbusRecords } from './mbus.ts';
import { readMbusHeader } from './mbus-transport.ts';

function records(hex: string): unknown[] {
  return readMbusRecords(new ByteReader(fromHex(hex) ?? new Uint8Array()));
}

describe('M-Bus records', () => {
  it.each([
    ['0c0652676102', [{ name: 'energyWh', value: 2_616_752_000 }]],
    ['040e68010000', [{ name: 'energyJ', value: 360_000_000 }]],
    ['0c1497899900', [{ name: 'volumeL', value: 9_989_970 }]],
    ['0b2d230100', [{ name: 'powerW', value: 12_300 }]],
    ['0b3b560400', [{ name: 'flowLPerH', value: 456 }]],
    ['0433 a0860100', [{ name: 'powerW', value: 27_777.7777778 }]],
    ['0443 0a000000', [{ name: 'flowLPerH', value: 60 }]],
    ['044b 0a000000', [{ name: 'flowLPerH', value: 36 }]],
    ['0e84 00 174952000000', [{ name: 'energyWh', value: 5_249_170 }]],
    ['466d 050607018355', [{ name: 'dateTime', value: '2064-03-01T07:06:05', storage: 1 }]],
    ['0afdc9fc02 2502', [{ name: 'voltageV L2', value: 225 }]],
    ['0a5a3306', [{ name: 'flowTempCel', value: 63.3 }]],
    ['0a5e33f6', [{ name: 'returnTempCel', value: -63.3 }]],
    ['02fd170100', [{ name: 'errorFlags', value: 1 }]],
    ['04fb0d05000000', [{ name: 'energyCal', value: 5_000_000 }]],
    ['042232000000', [{ name: 'onTimeS', value: 180_000 }]],
    ['046d0d2cd227', [{ name: 'dateTime', value: '2022-07-18T12:13:00' }]],
    ['426cdf28', [{ name: 'date', value: '2022-08-31', storage: 1 }]],
    ['841006 1e000000', [{ name: 'energyWh', value: 30_000, tariff: 1 }]],
    ['2f2f0a5a3306', [{ name: 'flowTempCel', value: 63.3 }]],
    ['0a5a33060f0102', [{ name: 'flowTempCel', value: 63.3 }]],
    ['056d 00000000', [{ name: 'dateTime' }]],
    ['04ff2202000080', [{ name: 'manufacturer22', value: 0x8000_0002 }]],
    ['02fd170080', [{ name: 'errorFlags', value: 0x8000 }]],
    // the most negative integer means that there is none
    ['015b80 025a0080 03130000 80 041300000080 015b81', [{ name: 'flowTempCel', value: -127 }]],
  ])('%s', (hex, expected) => {
    expect(records(hex)).toMatchObject(expected);
  });

  it('are kept before one that is cut only where the length is known otherwise', () => {
    const cut = fromHex('04 13 01000000 04 6d 0102') ?? new Uint8Array();
    expect(readWholeMbusRecords(new ByteReader(cut))).toMatchObject({ records: [{ name: 'volumeL', value: 1 }] });
    expect(() => readMbusRecords(new ByteReader(cut))).toThrow('wanted');
  });

  it('leave out what an extension makes something else, and go on behind it', () => {
    expect(records('0493 40 01000000 0a5a3306')).toMatchObject([{ name: 'flowTempCel' }]);
  });

  it('know which extensions are a factor and which a direction', () => {
    expect(records('0493 3c 01000000')).toMatchObject([{ name: 'volumeL backwards', value: 1 }]);
    expect(records('0493 3b 01000000')).toMatchObject([{ name: 'volumeL forwards', value: 1 }]);
    expect(records('0493 7d 01000000')).toMatchObject([{ name: 'volumeL', value: 1_000 }]);
    expect(records('0493 f4 3c 01000000')).toMatchObject([{ name: 'volumeL backwards', value: 0.01 }]);
    expect(records('04fb 8d7d 01000000')).toMatchObject([{ name: 'energyCal', value: 1_000_000_000 }]);
  });

  it('pass over numbers of variable length', () => {
    expect(records('0d78 c4 12345678 0a5a3306')).toMatchObject([{ name: 'flowTempCel' }]);
    expect(records('0dfd11 03 434241')).toEqual([]);
    expect(() => records('0d78 cf')).toThrow('reserved');
  });

  it('of the past or of extremes are no present values', () => {
    const reader = new ByteReader(fromHex('440601000000 140602000000 040603000000') ?? new Uint8Array());
    expect(mbusValues(reader).values).toEqual([{ name: 'energyWh', value: 3_000 }]);
  });

  it.each(['0c06526761', '04', '84808080808080808080808000', '0dfd0fd0', '0f'])('%s ends or is refused', (hex) => {
    try {
      expect(records(hex)).toEqual([]);
    } catch (error) {
      expect(error).toHaveProperty('name', expect.stringMatching(/^Payload/));
    }
  });
});

describe('The header before M-Bus records', () => {
  it.each([
    ['78 01', 1],
    ['7a 08 00 0000 01', 5],
    ['72 5857885337 2c3c16 d6 10 0800 01', 13],
  ])('%s', (hex, length) => {
    const reader = new ByteReader(fromHex(hex) ?? new Uint8Array());
    readMbusHeader(reader);
    expect(reader.offset).toBe(length);
  });

  it.each(['7a08000005 01', '79', '7a0800', '', '72 5857885337 2c3c16 d6 10 0005'])('%s is refused', (hex) => {
    expect(() => readMbusHeader(new ByteReader(fromHex(hex) ?? new Uint8Array()))).toThrow(/encrypted|control|wanted/);
  });
});
