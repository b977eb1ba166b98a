import type { GatewayConfig } from '@vigie/contract';
import { expect, it } from 'vitest';
import { findDefinition } from './catalogue.ts';
import { problemOfModels } from './check-models.ts';

const OWN = {
  id: 'acme/counter',
  domain: 'water',
  modbus: {
    registers: [{ table: 'inputRegister', address: 0, type: 'uint32', quantity: 'pulse.count' }],
    parameters: { weight: { title: 'Litres a pulse', titleFr: 'Litres par impulsion', type: 'number', minimum: 0.1 } },
    derived: [{ from: { quantity: 'pulse.count' }, to: { quantity: 'water.volume' }, factor: { parameter: 'weight' } }],
  },
};

function problem(device: object, models: object[] = [OWN]) {
  const config = { schema: 1, revision: 1, models, devices: [{ id: 'd', modbus: { bus: 'b', unit: 1 }, ...device }] };
  return problemOfModels(config as unknown as GatewayConfig, findDefinition);
}

it.each([
  [{ model: 'acme/counter', parameters: { weight: 10 } }, undefined],
  [{ model: 'acme/counter' }, undefined],
  [{ model: 'eastron/sdm630' }, undefined],
  [
    { model: 'acme/counter', parameters: { weight: 0 } },
    /PARAMETER_INVALID .*devices\/0\/parameters\/weight .*at least/,
  ],
  [{ model: 'acme/counter', parameters: { wait: 1 } }, /PARAMETER_INVALID .*no parameter wait/],
  [{ model: 'eastron/sdm630', parameters: { weight: 1 } }, /PARAMETER_INVALID/],
  [{ model: 'acme/none' }, /CONFIG_MODEL_UNKNOWN d \(acme\/none\)/],
  [{ model: 'dingtek/df702' }, /CONFIG_MODEL_UNKNOWN/],
])('the document with the device %o has the problem %s', (device, expected) => {
  const found = problem(device);
  const told = found && `${found.code} ${found.message}`;
  if (expected === undefined) expect(told).toBeUndefined();
  else expect(told).toMatch(expected);
});

it('is a problem where a model of its own derives by what it does not describe', () => {
  const { parameters: _, ...modbus } = OWN.modbus;
  expect(problem({ model: 'acme/counter' }, [{ ...OWN, modbus }])?.message).toContain('weight is not described');
});
