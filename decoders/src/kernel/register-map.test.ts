import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteOrder, ModbusDefinition, RegisterPoint } from '../definition.ts';
import { bytesOf, decodeRegisters, rollOverOf, widthOf, wordsOf } from './register-map.ts';
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
