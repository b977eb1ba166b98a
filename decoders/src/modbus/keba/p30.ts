import type { ModbusDefinition } from '../../definition.ts';
import { choice, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const SET_CURRENT = 5004;
const SET_ENABLED = 5014;

/**
 * Charging station KeContact P30 (c- and x-series) by Modbus TCP, unit 255. It answers one value at a time, and what
 * is written cannot be read back at the same place. Energies come in tenths of Wh, which the guide V1.02 still called Wh;
 * the total overflows behind 99,999,999.9 Wh ("E total" of the UDP guide).
 */
export const p30: ModbusDefinition = {
  protocol: 'modbus',
  id: 'keba/p30',
  version: 1,
  vendor: 'KEBA',
  title: 'Charging station KeContact P30',
  domain: 'mobility',
  source:
    'KEBA KeContact P30 Modbus TCP programmers guide V1.03, register tables; evcc-io/evcc charger/keba-modbus.go; camueller/SmartApplianceEnabler doc/Keba_EN.md',
  maxRegisters: 2,
  rollsOverAt: { 'ev.energy': 1e8 },
  registers: [
    // from the cable …
    holding(1004, 'uint32', 'ev.state', {
      states: { 0: 'available', 1: 'available', 3: 'available', 5: 'preparing', 7: 'preparing' },
    }),
    // … unless the charging state says more; 1 is "not ready" for many reasons
    holding(1000, 'uint32', 'ev.state', {
      states: { 0: 'unavailable', 2: 'preparing', 3: 'charging', 4: 'faulted', 5: 'suspended' },
    }),
    ...phases((address, channel) => holding(address, 'uint32', 'ev.current', { channel, scale: 0.001 }), 1008, 2),
    holding(1020, 'uint32', 'ev.power', { scale: 0.001 }),
    holding(1036, 'uint32', 'ev.energy', { scale: 0.1 }),
    ...phases((address, channel) => holding(address, 'uint32', 'ev.voltage', { channel }), 1040, 2),
    holding(1100, 'uint32', 'ev.limit', { scale: 0.001 }),
    holding(1502, 'uint32', 'ev.session', { scale: 0.1 }),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current',
      args: { current: { title: 'Current', type: 'number', unit: 'A', minimum: 6, maximum: 63 } },
      encode: (values) => [
        {
          table: 'holdingRegister',
          address: SET_CURRENT,
          values: [Math.round(numberOf(values, 'current') * 1_000)],
          readBack: false,
        },
      ],
    },
    'charging.switch': {
      title: 'Allow or forbid charging',
      args: { state: choice('State', ['on', 'off']) },
      encode: ({ state }) => [
        { table: 'holdingRegister', address: SET_ENABLED, values: [state === 'on' ? 1 : 0], readBack: false },
      ],
    },
  },
};
