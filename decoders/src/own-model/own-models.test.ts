import { ModelConfig, validate } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { encodeCommand } from '../encode-command.ts';
import { decodeRegisters } from '../kernel/register-map.ts';
import { SparseRegisterImage } from '../kernel/sparse-register-image.ts';
import { ownModels } from './own-models.ts';

const MAPPING = { schema: 1, readings: [{ path: 't', quantity: 'wx.temp' }] };
const codec = {
  id: 'acme/probe',
  domain: 'environment',
  lorawan: { script: 'function decodeUplink() {}', mapping: MAPPING },
};
const meter = {
  id: 'acme/meter',
  domain: 'electricity',
  modbus: {
    registers: [
      { table: 'inputRegister', address: 10, type: 'uint64', quantity: 'elec.import', absent: ['0xffffffffffffffff'] },
      {
        table: 'inputRegister',
        address: 14,
        type: 'float32',
        order: 'CDAB',
        quantity: 'elec.voltage',
        absent: ['nan'],
      },
      { table: 'coil', address: 1, type: 'bit', quantity: 'cab.door', states: { '0': 'closed', '1': 'open' } },
    ],
  },
};

function define(...configs: unknown[]): ReturnType<typeof ownModels> {
  return ownModels(
    configs.map((config) => {
      const checked = validate(ModelConfig, config);
      if (!checked.ok) throw new Error(JSON.stringify(checked.violations));
      return checked.value;
    }),
  );
}

describe('a model of a document', () => {
  it('is a codec with its mapping, or a register map', () => {
    const outcome = define(codec, meter);
    expect(outcome.ok && [...outcome.models.values()]).toMatchObject([
      { id: 'acme/probe', vendor: 'acme', version: 1, protocol: 'lorawan', codec: { mapping: MAPPING } },
      { id: 'acme/meter', protocol: 'modbus' },
    ]);
  });

  it('gives another script another name, so that the sandbox keeps no old one warm', () => {
    const idOf = (script: string) => {
      const outcome = define({ ...codec, lorawan: { script, mapping: MAPPING } });
      const model = outcome.ok ? outcome.models.get('acme/probe') : undefined;
      return model && 'codec' in model ? model.codec.script.id : undefined;
    };
    expect(idOf('a')).toMatch(/^acme\/probe#/);
    expect(idOf('a')).toBe(idOf('a'));
    expect(idOf('a')).not.toBe(idOf('b'));
  });

  it('decodes registers as one of the catalogue does, absent values of 64 bits included', () => {
    const outcome = define(meter);
    const model = outcome.ok ? outcome.models.get('acme/meter') : undefined;
    if (!model || 'codec' in model || model.protocol !== 'modbus') throw new Error('no register map');
    const image = new SparseRegisterImage();
    image.set('inputRegister', 10, [0xffff, 0xffff, 0xffff, 0xffff, 0x0000, 0x4366]);
    image.set('coil', 1, [1]);
    expect(decodeRegisters(model, image)).toEqual({
      ok: true,
      decoded: {
        readings: [
          { quantity: 'elec.voltage', value: 230 },
          { quantity: 'cab.door', value: 'open' },
        ],
      },
    });
  });

  it.each([
    ['int16', '0x8000', [0x8000]],
    ['int32', '0x80000000', [0x8000, 0]],
    ['int64', '0x8000000000000000', [0x8000, 0, 0, 0]],
    ['int8', '0x80', [0x0080]],
    ['int24', '0x800000', [0x0080, 0]],
    ['int48', '0x800000000000', [0x8000, 0, 0]],
    ['signMagnitude16', '0xffff', [0xffff]],
    ['uint16', '0xffff', [0xffff]],
    ['float32', '0x7f7fffff', [0x7f7f, 0xffff]],
    ['bcd16', '0x9999', [0x9999]],
    ['mod10k32', '0x270f270f', [9_999, 9_999]],
  ])('takes the bits of %s for what hexadecimal digits say: %s', (type, absent, words) => {
    const outcome = define(register({ type, absent: [absent] }));
    const model = outcome.ok ? outcome.models.get('acme/meter') : undefined;
    if (!model || 'codec' in model || model.protocol !== 'modbus') throw new Error('no register map');
    const image = new SparseRegisterImage();
    image.set('inputRegister', 1, words);
    expect(decodeRegisters(model, image)).toMatchObject({ ok: false, code: 'DECODE_EMPTY' });
    image.set(
      'inputRegister',
      1,
      words.map((_, at) => (at === words.length - 1 ? 1 : 0)),
    );
    expect(decodeRegisters(model, image)).toMatchObject({ ok: true });
  });

  it('has commands, holes, SunSpec blocks and the time of its values', () => {
    const outcome = define({
      ...withWrite({ value: { arg: 'celsius' }, type: 'int32', order: 'CDAB', scale: 0.1, readBack: false }),
    });
    const model = outcome.ok ? outcome.models.get('acme/meter') : undefined;
    if (!model || 'codec' in model || model.protocol !== 'modbus') throw new Error('no register map');
    expect(encodeCommand(model, 'setpoint.set', { celsius: -2.5, word: 'on' })).toEqual({
      ok: true,
      payload: [{ table: 'holdingRegister', address: 7, values: [0xffe7, 0xffff], readBack: false }],
    });
    expect(encodeCommand(model, 'setpoint.set', { celsius: 101, word: 'on' })).toMatchObject({
      code: 'COMMAND_ARGUMENT',
    });
    const blocks = define({
      ...meter,
      modbus: {
        registers: [],
        holes: [{ table: 'holdingRegister', from: 3, to: 4 }],
        maxGap: 0,
        sunspec: [
          {
            models: [103],
            registers: [
              { table: 'holdingRegister', address: 2, type: 'uint16', quantity: 'elec.current', scaleRegister: 6 },
            ],
          },
        ],
        deviceAt: { table: 'holdingRegister', address: 0, format: 'unixSeconds', zone: 'UTC' },
      },
    });
    expect(blocks.ok && blocks.models.get('acme/meter')).toMatchObject({
      holes: [{ from: 3, to: 4 }],
      maxGap: 0,
      sunspec: [{ models: [103] }],
      deviceAt: { format: 'unixSeconds' },
    });
  });

  const withDeviceTime = (changes: object) => ({
    ...meter,
    modbus: {
      ...meter.modbus,
      deviceAt: { table: 'holdingRegister', address: 0, format: 'unixSeconds', zone: 'UTC', ...changes },
    },
  });
  const withWrite = (write: object) => ({
    ...meter,
    modbus: {
      ...meter.modbus,
      commands: {
        'setpoint.set': {
          title: 'Set point',
          args: {
            celsius: { title: 'Temperature', type: 'number', unit: 'Cel', minimum: -50, maximum: 100 },
            word: { title: 'Word', type: 'string', choices: ['on', 'off'] },
          },
          writes: [{ table: 'holdingRegister', address: 7, ...write }],
        },
      },
    },
  });

  const register = (changes: object) => ({
    ...meter,
    modbus: { registers: [{ table: 'inputRegister', address: 1, type: 'uint16', quantity: 'elec.power', ...changes }] },
  });
  it.each<[object, string, RegExp]>([
    [{ ...codec, id: 'eastron/sdm630' }, '/models/0/id', /in the catalogue already/],
    [{ ...codec, domain: 'space' }, '/models/0/domain', /must be one of/],
    [
      { ...codec, lorawan: { script: 'x', mapping: { schema: 1, readings: [{ path: 't', quantity: 'wx.tmp' }] } } },
      '/models/0/lorawan/mapping/readings/0',
      /not in the vocabulary/,
    ],
    [register({ quantity: 'elec.powr' }), '/models/0/modbus/registers/0', /not in the vocabulary/],
    [register({ states: { '1': 'on' } }), '/models/0/modbus/registers/0', /no state/],
    [register({ type: 'bit' }), '/models/0/modbus/registers/0', /is no bit/],
    [register({ table: 'coil' }), '/models/0/modbus/registers/0', /a coil is bit/],
    [register({ type: 'string' }), '/models/0/modbus/registers/0', /length/],
    [register({ address: 65_535, type: 'uint32' }), '/models/0/modbus/registers/0', /beyond/],
    [register({ scal: 2 }), '/models/0/modbus/registers/0', /additional/],
    [register({ type: 'int16', absent: ['0x18000'] }), '/models/0/modbus/registers/0', /more bits than int16/],
    [register({ type: 'int8', absent: ['0x1ff'] }), '/models/0/modbus/registers/0', /more bits than int8/],
    [register({ bits: [15, 2] }), '/models/0/modbus/registers/0', /beyond the 16/],
    [register({ type: 'float32', bits: [0, 1] }), '/models/0/modbus/registers/0', /has no bits/],
    [register({ signed: true }), '/models/0/modbus/registers/0', /there are none/],
    [register({ type: 'digits' }), '/models/0/modbus/registers/0', /length/],
    [register({ times: { address: 65_535, type: 'uint32' } }), '/models/0/modbus/registers/0', /beyond/],
    [{ ...meter, modbus: { registers: [] } }, '/models/0/modbus/registers', /no register/],
    [withDeviceTime({ zone: 'Europe/Nowhere' }), '/models/0/modbus/deviceAt/zone', /no time zone/],
    [withDeviceTime({ zone: undefined }), '/models/0/modbus/deviceAt', /string|zone/],
    [{ ...meter, modbus: { ...meter.modbus, holes: [{ table: 'coil', from: 5, to: 4 }] } }, '/holes/0', /before/],
    [withWrite({ value: 70_000 }), '/commands/setpoint.set/writes/0', /does not fit/],
    [withWrite({ value: { arg: 'other' } }), '/commands/setpoint.set/writes/0', /no argument other/],
    [withWrite({ value: { arg: 'word' } }), '/commands/setpoint.set/writes/0', /needs a map/],
    [withWrite({ value: { arg: 'word', map: { on: 1 } } }), '/commands/setpoint.set/writes/0', /has no off/],
    [
      withWrite({ value: { arg: 'celsius' }, type: 'int16', scale: 0.001 }),
      '/commands/setpoint.set/writes/0',
      /100 does not fit/,
    ],
  ])('is refused: %j', (config, path, message) => {
    const outcome = define(config);
    const violation = { path: expect.stringContaining(path), message: expect.stringMatching(message) };
    expect(outcome.ok ? [] : outcome.violations).toEqual(expect.arrayContaining([violation]));
  });
});
