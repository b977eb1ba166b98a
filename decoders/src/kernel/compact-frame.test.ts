import { describe, expect, it } from 'vitest';
import { ByteReader, fromHex } from './byte-reader.ts';
import { expandedCompactFrame } from './compact-frame.ts';
import { crcEn13757 } from './crc-en13757.ts';
import { readMbusRecords } from './mbus.ts';

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const expand = (hex: string): unknown => readMbusRecords(expandedCompactFrame(new ByteReader(bytesOf(hex))));

it('the checksum of EN 13757 has its published check value', () => {
  expect(crcEn13757(new TextEncoder().encode('123456789'))).toBe(0xc2b7);
});

describe('A compact frame', () => {
  // telegram of a MULTICAL 302 among the tests of wmbusmeters/wmbusmeters, driver kamheat
  const frame = 'e7f1887f8e0100000000ca0900ffff010000';

  it('is read by the heads that its signature names', () => {
    expect(expand(frame)).toMatchObject([
      { name: 'energyWh', value: 398_000 },
      { name: 'energyWh', value: 0, storage: 1 },
      { name: 'volumeL', value: 25_060 },
      { name: 'powerW', value: 100 },
      { name: 'manufacturer21', value: 0 },
    ]);
  });

  it('is refused where its signature is not known, its checksum is wrong or it is cut', () => {
    expect(() => expand(frame.replace('e7f1', 'e7f2'))).toThrow('not known');
    expect(() => expand(frame.replace('8e01', '8e02'))).toThrow('checksum');
    expect(() => expand(frame.slice(0, 20))).toThrow('wanted');
  });
});
