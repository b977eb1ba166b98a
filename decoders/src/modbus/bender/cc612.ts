import type { ModbusDefinition } from '../../definition.ts';
import { integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const NOT_MEASURED = 0xffff_ffff;
const holding = block('holdingRegister');
const metered = { absent: [NOT_MEASURED] };
const LIMIT = 1000;

/**
 * Charge controllers CC612 and CC613, in charging stations of many makers (Mennekes Amtron and others), by Modbus TCP with
 * the register set "Ebee". What no meter measures is 0xFFFFFFFF.
 */
export const cc612: ModbusDefinition = {
  protocol: 'modbus',
  id: 'bender/cc612',
  version: 1,
  vendor: 'Bender',
  title: 'Charge controller CC612 and CC613',
  domain: 'mobility',
  source: 'Bender, Modbus TCP server for energy management systems, register set Ebee; evcc-io/evcc charger/bender.go',
  registers: [
    // the control pilot's state A to E …
    holding(122, 'uint16', 'ev.state', {
      states: { 1: 'available', 2: 'preparing', 3: 'charging', 4: 'charging', 5: 'faulted' },
    }),
    // … and what the charge point tells its operator (OCPP) where that says more
    holding(104, 'uint16', 'ev.state', {
      states: { 2: 'reserved', 3: 'unavailable', 4: 'faulted', 7: 'suspended', 8: 'suspended', 9: 'finishing' },
    }),
    ...phases(
      (address, channel) => holding(address, 'uint32', 'ev.current', { channel, scale: 0.001, ...metered }),
      212,
      2,
    ),
    holding(218, 'uint32', 'ev.energy', metered),
    holding(220, 'uint32', 'ev.power', metered),
    ...phases((address, channel) => holding(address, 'uint32', 'ev.voltage', { channel, ...metered }), 222, 2),
    holding(LIMIT, 'uint16', 'ev.limit'),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (0 pauses)',
      args: { current: integer('Current', 0, 80, 'A') },
      encode: (values) => [
        { table: 'holdingRegister', address: LIMIT, values: [numberOf(values, 'current')], readBack: true },
      ],
    },
  },
};
