import { describe, expect, it } from 'vitest';
import { ByteReader, fromHex } from './byte-reader.ts';
import { type CayenneMeaning, cayenneLayout } from './cayenne-lpp.ts';
import { lorawan } from './lorawan.ts';
import { decodeRegisters } from './register-map.ts';
import { SparseRegisterImage } from './sparse-register-image.ts';
import { discoverSunspec, placeSunspec, type ReadRegisters, sunspecModelsIn } from './sunspec.ts';

const common = {
  id: 'test/test',
  version: 1,
  vendor: 'Test',
  title: 'Test',
  domain: 'generic',
  source: 'this test',
} as const;

describe('Cayenne LPP', () => {
  function decode(hex: string, meanings?: Record<number, CayenneMeaning>): unknown {
    const definition = lorawan({ ...common, uplinks: [cayenneLayout('any', meanings)] });
    const outcome = definition.decodeUplink({ bytes: fromHex(hex) ?? new Uint8Array(), fPort: 1, receivedAt: 0 });
    return outcome.ok ? outcome.decoded : outcome.code;
  }

  // examples of the Cayenne LPP 1.0 document
  it.each<[string, object[]]>([
    [
      '03670110056700ff',
      [
        { quantity: 'wx.temp', channel: '3', value: 27.2 },
        { quantity: 'wx.temp', channel: '5', value: 25.5 },
      ],
    ],
    ['0167ffd706710 4d2fb2e0000', [{ quantity: 'wx.temp', channel: '1', value: -4.1 }]],
    [
      '01 88 06765f f2960a 0003e8',
      [
        { quantity: 'dev.latitude', value: 42.3519 },
        { quantity: 'dev.longitude', value: -87.9094 },
      ],
    ],
    ['0068 64', [{ quantity: 'wx.rh', value: 50 }]],
  ])('%s', (hex, readings) => {
    expect(decode(hex)).toEqual({ readings });
  });

  it('gives a channel the meaning that its device has', () => {
    expect(decode('020007d0'.replace('0200', '0202'), { 2: { quantity: 'water.level' } })).toEqual({
      readings: [{ quantity: 'water.level', value: 20 }],
    });
  });

  it('stops with a warning at a type that it does not know', () => {
    expect(decode('006864 01ee05')).toMatchObject({
      readings: [{ value: 50 }],
      warnings: [expect.stringContaining('0xee')],
    });
    expect(decode('01670')).toBe('DECODE_UNKNOWN');
  });
});

describe('SunSpec', () => {
  function device(base: number, models: Record<number, number[]>): SparseRegisterImage {
    const chain = Object.entries(models).flatMap(([id, points]) => [Number(id), points.length, ...points]);
    const image = new SparseRegisterImage();
    image.set('holdingRegister', base, [0x5375, 0x6e53, ...chain, 0xffff, 0]);
    return image;
  }
  const reader =
    (image: SparseRegisterImage): ReadRegisters =>
    async (table, address, count) =>
      image.words(table, address, count);

  it('finds the chain of models and puts a block where its model is', async () => {
    // model 1 of 4 registers here, then model 103 with current and its scale factor
    const image = device(50_000, { 1: [1, 2, 3, 4], 103: [1_234, 0xfffe, 7] });
    const models = await discoverSunspec(reader(image));
    expect(models).toEqual([
      { id: 1, address: 50_004, length: 4 },
      { id: 103, address: 50_010, length: 3 },
    ]);
    const block = {
      models: [101, 102, 103],
      registers: [
        {
          table: 'holdingRegister',
          address: 0,
          type: 'uint16',
          quantity: 'elec.current',
          scaleRegister: 1,
          absent: [0xffff],
        },
        { table: 'holdingRegister', address: 40, type: 'uint16', quantity: 'elec.freq' },
      ],
    } as const;
    expect(sunspecModelsIn(image)).toEqual(models);
    const sunspec = [block, { models: [160], registers: block.registers }];
    const placed = placeSunspec({ ...common, protocol: 'modbus', registers: [], sunspec }, models);
    expect(decodeRegisters(placed, image)).toEqual({
      ok: true,
      decoded: { readings: [{ quantity: 'elec.current', value: 12.34 }] },
    });
  });

  it('is absent where no marker stands, and a chain without end is ended', async () => {
    expect(await discoverSunspec(async () => undefined)).toEqual([]);
    expect(await discoverSunspec(async (_, address) => (address === 40_000 ? [0x5375, 0x6e53] : [1, 0]))).toHaveLength(
      64,
    );
  });
});

describe('fractions of 16 bits', () => {
  // values of uflt16 and sflt16 in the documentation of MCCI's arduino-lmic
  it.each<[string, 'uflt16' | 'sflt16', number]>([
    ['f800', 'uflt16', 0.5],
    ['0000', 'uflt16', 0],
    ['ffff', 'uflt16', 1 - 2 ** -12],
    ['7fff', 'sflt16', 1 - 2 ** -11],
    ['fc00', 'sflt16', -0.5],
    ['8000', 'sflt16', 0],
    ['0001', 'sflt16', 2 ** -26],
  ])('%s as %s', (hex, type, value) => {
    const reader = new ByteReader(fromHex(hex) ?? new Uint8Array());
    expect(type === 'uflt16' ? reader.uflt16() : reader.sflt16()).toBe(value);
  });
});
