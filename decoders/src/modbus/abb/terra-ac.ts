import type { ModbusDefinition } from '../../definition.ts';
import { numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const SET_LIMIT = 0x4100;

/** Wallbox Terra AC by Modbus RTU or TCP. The limit is set in a register that cannot be read. */
export const terraAc: ModbusDefinition = {
  protocol: 'modbus',
  id: 'abb/terra-ac',
  version: 1,
  vendor: 'ABB',
  title: 'Wallbox Terra AC',
  domain: 'mobility',
  source: 'ABB, Terra AC charger Modbus communication, register map; evcc-io/evcc charger/abb.go',
  registers: [
    // states of IEC 61851-1 in the upper byte of the low word; its highest bit is none of them
    holding(0x400d, 'uint16', 'ev.state', {
      bits: [8, 7],
      states: { 0: 'available', 1: 'preparing', 2: 'preparing', 3: 'suspended', 4: 'charging', 5: 'finishing' },
    }),
    holding(0x400e, 'uint32', 'ev.limit', { scale: 0.001 }),
    ...phases((address, channel) => holding(address, 'uint32', 'ev.current', { channel, scale: 0.001 }), 0x4010, 2),
    ...phases((address, channel) => holding(address, 'uint32', 'ev.voltage', { channel, scale: 0.1 }), 0x4016, 2),
    holding(0x401c, 'uint32', 'ev.power'),
    holding(0x401e, 'uint32', 'ev.session'),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (0 pauses)',
      args: { current: { title: 'Current', type: 'number', unit: 'A', minimum: 0, maximum: 32 } },
      encode: (values) => {
        const milliamperes = Math.round(numberOf(values, 'current') * 1_000);
        return [
          {
            table: 'holdingRegister',
            address: SET_LIMIT,
            values: [Math.floor(milliamperes / 0x1_0000), milliamperes % 0x1_0000],
            readBack: false,
          },
        ];
      },
    },
  },
};
