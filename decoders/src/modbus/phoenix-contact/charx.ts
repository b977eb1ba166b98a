import type { ModbusDefinition } from '../../definition.ts';
import { integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const MAX_CURRENT = 1301;

/**
 * Charging controller CHARX SEC-3xxx: its first charging point, whose registers begin at 1000. The vehicle's state
 * (IEC 61851-1) comes as two letters in one register, such as C2.
 */
export const charx: ModbusDefinition = {
  protocol: 'modbus',
  id: 'phoenix-contact/charx',
  version: 1,
  vendor: 'Phoenix Contact',
  title: 'Charging controller CHARX SEC-3xxx (charging point 1)',
  domain: 'mobility',
  source: 'Phoenix Contact CHARX control modular user manual, Modbus registers; evcc-io/evcc charger/phoenix-charx.go',
  registers: [
    ...phases((address, channel) => holding(address, 'int32', 'ev.voltage', { channel, scale: 0.001 }), 1232, 2),
    ...phases((address, channel) => holding(address, 'int32', 'ev.current', { channel, scale: 0.001 }), 1238, 2),
    holding(1244, 'int32', 'ev.power', { scale: 0.001 }),
    holding(1250, 'int64', 'ev.energy'),
    holding(1264, 'uint16', 'ev.soc', { absent: [0xffff] }),
    holding(1289, 'uint32', 'ev.session'),
    // the letter …
    holding(1299, 'uint16', 'ev.state', {
      bits: [8, 8],
      states: { 65: 'available', 66: 'preparing', 67: 'charging', 68: 'charging', 69: 'faulted', 70: 'unavailable' },
    }),
    // … and C1 or D1: the vehicle is ready, the controller holds the current back
    holding(1299, 'uint16', 'ev.state', { states: { 17201: 'suspended', 17457: 'suspended' } }),
    holding(MAX_CURRENT, 'uint16', 'ev.limit'),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (0 pauses)',
      args: { current: integer('Current', 0, 80, 'A') },
      encode: (values) => [
        { table: 'holdingRegister', address: MAX_CURRENT, values: [numberOf(values, 'current')], readBack: true },
      ],
    },
  },
};
