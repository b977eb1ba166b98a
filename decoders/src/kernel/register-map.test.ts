import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteOrder, ModbusDefinition, RegisterPoint } from '../definition.ts';
import { decodeRegisters, rollOverOf, wordsOf } from './register-map.ts';
import { widthOf } from './register-places.ts';
import { bytesOf } from './register-value.ts';
import { SparseRegisterImage } from './sparse-register-image.ts';

const ORDERS: readonly ByteOrder[] = ['ABCD', 'CDAB', 'BADC', 'DCBA'];

function definition(...registers: Partial<RegisterPoint>[]): ModbusDefinition {
  return {
    protocol: 'modbus',
    id: 'test/test',
    version: 1,
    vendor: 'Test',
    title: 'Test',
    domain: 'generic',
    source: 'this test',
    registers: registers.map((point) => ({
      table: 'holdingRegister',
      address: 0,
      type: 'uint16',
      quantity: 'elec.power',
      ...point,
    })),
  };
}

function readValue(
  words: readonly number[],
  point: Partial<RegisterPoint>,
  more: Record<number, number> = {},
): unknown {
  const image = new SparseRegisterImage();
  image.set('holdingRegister', 0, words);
  for (const [address, word] of Object.entries(more)) image.set('holdingRegister', Number(address), [word]);
  const outcome = decodeRegisters(definition(point), image);
  return outcome.ok ? outcome.decoded.readings[0]?.value : undefined;
}

describe('types of registers', () => {
  it.each<[number[], Partial<RegisterPoint>, unknown]>([
    [[0xfffe], { type: 'uint16' }, 65_534],
    [[0xfffe], { type: 'int16' }, -2],
    [[0xfeff], { type: 'int16', order: 'BADC' }, -2],
    [[0x0001, 0x0002], { type: 'uint32' }, 65_538],
    [[0x0002, 0x0001], { type: 'uint32', order: 'CDAB' }, 65_538],
    [[0x0100, 0x0200], { type: 'uint32', order: 'BADC' }, 65_538],
    [[0x0200, 0x0100], { type: 'uint32', order: 'DCBA' }, 65_538],
    [[0xffff, 0xfffe], { type: 'int32' }, -2],
    [[0x4366, 0x199a], { type: 'float32' }, 230.1],
    [[0x199a, 0x4366], { type: 'float32', order: 'CDAB' }, 230.1],
    [[0x406c, 0xc333, 0x3333, 0x3333], { type: 'float64' }, 230.1],
    [[0x0000, 0x0002, 0x4cb0, 0x16ea], { type: 'uint64' }, 9_876_543_210],
    [[0x16ea, 0x4cb0, 0x0002, 0x0000], { type: 'int64', order: 'CDAB' }, 9_876_543_210],
    [[0xffff, 0xffff, 0xffff, 0xfffe], { type: 'int64' }, -2],
    [[0x1234], { type: 'bcd16' }, 1_234],
    [[0x1234, 0x5678], { type: 'bcd32' }, 12_345_678],
    [[0b1010_0000], { type: 'uint16', bits: [5, 3] }, 5],
    [[0x0007], { type: 'uint16', scale: 0.1, offset: -40 }, -39.3],
    [[0x0003], { type: 'uint16', states: { 3: 'on' }, quantity: 'pump.state' }, 'on'],
    [[0x5369, 0x656d, 0x0000], { type: 'string', length: 3, quantity: 'dev.serial' }, 'Siem'],
    [[0x6953, 0x6d65], { type: 'string', length: 2, order: 'BADC', quantity: 'dev.serial' }, 'Siem'],
    [[0x12fe], { type: 'int8' }, -2],
    [[0x12fe], { type: 'uint8' }, 254],
    [[0xfe12], { type: 'int8', half: 'high' }, -2],
    [[0xaaff, 0xfffe], { type: 'int24' }, -2],
    [[0xaaff, 0xfffe], { type: 'uint24' }, 16_777_214],
    [[0xffff, 0xffff, 0xfffe], { type: 'int48' }, -2],
    [[0xffff, 0xffff, 0xfffe], { type: 'uint48' }, 281_474_976_710_654],
    [[0x0002, 0x0001, 0x0000], { type: 'uint48', order: 'CDAB' }, 65_538],
    [[0x4d30], { type: 'float16', quantity: 'wx.temp' }, 20.75],
    [[0xc500], { type: 'float16', quantity: 'wx.temp' }, -5],
    [[0x0001], { type: 'float16', scale: 2 ** 24 }, 1],
    [[0x1234, 0x5678, 0x9012], { type: 'bcd48' }, 123_456_789_012],
    [[0x0012, 0x3456, 0x7890, 0x1234], { type: 'bcd64' }, 12_345_678_901_234],
    [[0x8005], { type: 'signMagnitude16' }, -5],
    [[0x8000], { type: 'signMagnitude16' }, 0],
    [[0x8000, 0x0005], { type: 'signMagnitude32' }, -5],
    // ION: 12 × 10,000 + 3,456; negative in both registers
    [[12, 3_456], { type: 'mod10k32' }, 123_456],
    [[0xfff4, 0xf280], { type: 'mod10k32' }, -123_456],
    [[1, 0, 1], { type: 'mod10k48' }, 100_000_001],
    [[3_456, 12, 0, 0], { type: 'mod10k64', order: 'CDAB' }, 123_456],
    [[0xfb00], { type: 'int16', bits: [8, 8] }, -5],
    [[0xfb00], { type: 'uint16', bits: [8, 8] }, 251],
    [[0xfb00], { type: 'uint16', bits: [8, 8], signed: true }, -5],
    [[0xfb00], { type: 'int16', bits: [8, 8], signed: false }, 251],
    [[0x8000], { type: 'int16', bits: [15, 1] }, 1],
    [[0xffff, 0xfffe], { type: 'int32', bits: [0, 8] }, -2],
    [[0x0005, 0, 0, 0], { type: 'uint64', bits: [48, 3] }, 5],
    [[0xffff, 0xffff, 0xffff, 0xfff1], { type: 'uint64', bits: [0, 4] }, 1],
    [[0x8000, 0, 0], { type: 'uint48', bits: [47, 1] }, 1],
    [[0x2d31, 0x322e, 0x3530], { type: 'digits', length: 3, scale: 10 }, -125],
    [[0x3132, 0x2c35], { type: 'digits', length: 2 }, 12.5],
    [[0x5a69, 0xc3a9], { type: 'string', length: 2, quantity: 'dev.serial' }, 'Zié'],
    [[0x5ae9], { type: 'string', length: 1, quantity: 'dev.serial' }, 'Zé'],
    [[0x5ae9], { type: 'string', length: 1, charset: 'us-ascii', quantity: 'dev.serial' }, 'Z'],
    [[0xc0c1], { type: 'string', length: 1, charset: 'windows-1251', quantity: 'dev.serial' }, 'АБ'],
    [[0x0041, 0x00e9, 0x0000], { type: 'string', length: 3, quantity: 'dev.serial' }, 'Aé'],
    [[0x0041, 0x00e9, 0x0042], { type: 'string', length: 3, quantity: 'dev.serial' }, 'AéB'],
    [[0x0041, 0x20ac, 0x0000], { type: 'string', length: 3, charset: 'utf-16be', quantity: 'dev.serial' }, 'A€'],
    [[0x4100, 0xac20], { type: 'string', length: 2, charset: 'utf-16le', quantity: 'dev.serial' }, 'A€'],
  ])('%s as %o is %s', (words, point, value) => {
    expect(readValue(words, point)).toBe(value);
  });

  it.each<[number[], Partial<RegisterPoint>]>([
    [[0xffff], { type: 'uint16', absent: [0xffff] }],
    [[0x8000], { type: 'int16', absent: [-32_768] }],
    [[0x7fc0, 0x0000], { type: 'float32' }],
    [[0x7f80, 0x0000], { type: 'float32' }],
    [[0x8000, 0, 0, 0], { type: 'int64', absent: [-(2n ** 63n)] }],
    [[0xffff, 0xffff, 0xffff, 0xffff], { type: 'uint64' }],
    [[0x12a4], { type: 'bcd16' }],
    [[0x0009], { type: 'uint16', states: { 1: 'on' } }],
    [[0x0000, 0x0000], { type: 'string', length: 2 }],
    [[0x0001], { type: 'uint32' }],
    [[0x7c00], { type: 'float16' }],
    [[0x9999, 0x9999, 0x9999, 0x9999], { type: 'bcd64' }],
    [[0x12a4, 0, 0], { type: 'bcd48' }],
    // not available in Schneider's MOD10
    [[0x8000, 0x8000], { type: 'mod10k32' }],
    [[0, 10_000], { type: 'mod10k32' }],
    [[0x2d2d], { type: 'digits', length: 1 }],
    [[0x3132, 0x6b57], { type: 'digits', length: 2 }],
  ])('%s as %o is absent, never zero', (words, point) => {
    expect(readValue(words, point)).toBeUndefined();
  });

  it('scales by the power of ten in another register, as SunSpec does', () => {
    expect(readValue([1_234], { scaleRegister: 9 }, { 9: 0xfffe })).toBe(12.34);
    expect(readValue([1_234], { scaleRegister: 9 }, { 9: 2 })).toBe(123_400);
    expect(readValue([1_234], { scaleRegister: 9 }, { 9: 0x8000 })).toBeUndefined();
    expect(readValue([1_234], { scaleRegister: 9 }, { 9: 99 })).toBeUndefined();
    expect(readValue([1_234], { scaleRegister: 9 })).toBeUndefined();
  });

  it.each<[Partial<RegisterPoint>, Record<number, number>, unknown]>([
    [{ times: { address: 9, type: 'uint16', scale: 0.1 } }, { 9: 25 }, 3_085],
    [{ dividedBy: { address: 9, type: 'uint16' } }, { 9: 100 }, 12.34],
    [{ dividedBy: { address: 9, type: 'uint16' } }, { 9: 0 }, undefined],
    [
      {
        plus: [
          { address: 8, type: 'uint16' },
          { address: 9, type: 'int16' },
        ],
      },
      { 8: 10, 9: 0xffff },
      1_243,
    ],
    [{ plus: [{ address: 9, type: 'uint16', absent: [0xffff] }] }, { 9: 0xffff }, undefined],
    [{ plus: [{ address: 9, type: 'uint16' }] }, {}, undefined],
    [{ sign: { address: 9, type: 'uint16' } }, { 9: 1 }, -1_234],
    [{ sign: { address: 9, type: 'uint16' } }, { 9: 0 }, 1_234],
    [{ sign: { address: 9, type: 'uint16', bits: [4, 1] } }, { 9: 0x10 }, -1_234],
    [{ sign: { address: 9, type: 'uint16', negative: [0x2d] } }, { 9: 0x2d }, -1_234],
    [{ sign: { address: 9, type: 'uint16' } }, {}, undefined],
  ])('reckons with other registers: %j with %j is %s', (point, more, value) => {
    expect(readValue([1_234], point, more)).toBe(value);
  });

  it('keeps counters of 64 bits exact', () => {
    expect(readValue([0x001f, 0xffff, 0xffff, 0xffff], { type: 'uint64' })).toBe(Number.MAX_SAFE_INTEGER);
    expect(readValue([0, 0, 0x0001, 0x0001], { type: 'uint64', scale: 1_000 })).toBe(65_537_000);
  });
});

describe('a register map', () => {
  it('gives the readings of what was read, and none for the rest', () => {
    const image = new SparseRegisterImage();
    image.set('holdingRegister', 10, [1, 2]);
    const outcome = decodeRegisters(definition({ address: 10 }, { address: 12, channel: 'L1' }), image);
    expect(outcome).toEqual({ ok: true, decoded: { readings: [{ quantity: 'elec.power', value: 1 }] } });
    expect(decodeRegisters(definition({ address: 40 }), image)).toMatchObject({ ok: false, code: 'DECODE_EMPTY' });
  });

  it('gives the moment that the device tells of its values', () => {
    const image = new SparseRegisterImage();
    image.set('holdingRegister', 10, [1, 2026, 7, 14, 12, 30, 15]);
    const deviceAt = { table: 'holdingRegister', address: 11, format: 'sixRegisters', zone: '+02:00' } as const;
    expect(decodeRegisters({ ...definition({ address: 10 }), deviceAt }, image)).toMatchObject({
      decoded: { deviceAt: Date.UTC(2026, 6, 14, 10, 30, 15) },
    });
  });

  it('knows where counters roll over', () => {
    expect(rollOverOf({ type: 'uint32', scale: 10 } as RegisterPoint)).toBe(42_949_672_960);
    expect(rollOverOf({ type: 'uint64' } as RegisterPoint)).toBeUndefined();
    expect(widthOf({ type: 'string', length: 8 })).toBe(8);
  });
});

it('puts bytes into words and back, in each order', () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(words, fc.constantFrom(...ORDERS), (given, order) => {
      expect(wordsOf(bytesOf(given, order), order)).toEqual(given);
    }),
  );
});
