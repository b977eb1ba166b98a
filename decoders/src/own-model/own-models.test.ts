import { ModelConfig, validate } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
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
  ])('is refused: %j', (config, path, message) => {
    const outcome = define(config);
    const violation = { path: expect.stringContaining(path), message: expect.stringMatching(message) };
    expect(outcome.ok ? [] : outcome.violations).toEqual(expect.arrayContaining([violation]));
  });
});
