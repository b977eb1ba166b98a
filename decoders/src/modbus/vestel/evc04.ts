import type { ModbusDefinition } from '../../definition.ts';
import { integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');
const holding = block('holdingRegister');
const LIMIT = 5004;

/** Charging stations EVC04 (also Hymes, Webasto Unite), by Modbus TCP as unit 255. */
export const evc04: ModbusDefinition = {
  protocol: 'modbus',
  id: 'vestel/evc04',
  version: 1,
  vendor: 'Vestel',
  title: 'Charging station EVC04',
  domain: 'mobility',
  source:
    'Vestel, EVC04 Modbus TCP register map; evcc-io/evcc charger/vestel.go; OpenEMS io.openems.edge.evcs.webasto.unite',
  // a read across registers that the station does not have is refused
  maxGap: 0,
  registers: [
    // the cable: none, at the station, at the vehicle too, locked …
    input(1004, 'uint16', 'ev.state', { states: { 0: 'available', 1: 'available', 2: 'preparing', 3: 'preparing' } }),
    // … which matters until the vehicle charges …
    input(1001, 'uint16', 'ev.state', { states: { 1: 'charging' } }),
    // … and where the charge point (OCPP 1.6) says more
    input(1000, 'uint16', 'ev.state', {
      states: { 3: 'suspended', 4: 'suspended', 5: 'finishing', 6: 'reserved', 7: 'unavailable', 8: 'faulted' },
    }),
    ...phases((address, channel) => input(address, 'uint16', 'ev.current', { channel, scale: 0.001 }), 1008, 2),
    ...phases((address, channel) => input(address, 'uint16', 'ev.voltage', { channel }), 1014, 2),
    input(1020, 'uint32', 'ev.power'),
    input(1036, 'uint32', 'ev.energy', { scale: 100 }),
    input(1502, 'uint32', 'ev.session'),
    holding(LIMIT, 'uint16', 'ev.limit'),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (0 pauses)',
      args: { current: integer('Current', 0, 32, 'A') },
      encode: (values) => [
        { table: 'holdingRegister', address: LIMIT, values: [numberOf(values, 'current')], readBack: true },
      ],
    },
  },
};
