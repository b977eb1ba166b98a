import type { ModbusDefinition } from '../../definition.ts';
import { numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');
const holding = block('holdingRegister');
const MAX_CURRENT = 261;
const LEAST_CURRENT = 6;

/**
 * Wallbox Energy Control (also Amperfied). It measures apparent power and counts VA.h, which its document and its display
 * give as power and energy; a vehicle charges with a power factor near 1. A box that is not asked for 15 s (register 257)
 * falls back to its fail-safe current.
 */
export const energyControl: ModbusDefinition = {
  protocol: 'modbus',
  id: 'heidelberg/energy-control',
  version: 1,
  vendor: 'Heidelberg',
  title: 'Wallbox Energy Control',
  domain: 'mobility',
  source: 'Heidelberg, EC Modbus register table 2021-02-22; evcc-io/evcc charger/heidelberg-ec.go',
  registers: [
    // states of IEC 61851-1, the letter and whether the box (2: also the vehicle) lets it charge
    input(5, 'uint16', 'ev.state', {
      states: {
        2: 'available',
        3: 'available',
        4: 'preparing',
        5: 'preparing',
        6: 'suspended',
        7: 'charging',
        8: 'charging',
        9: 'faulted',
        10: 'unavailable',
        11: 'faulted',
      },
    }),
    ...phases((address, channel) => input(address, 'uint16', 'ev.current', { channel, scale: 0.1 }), 6, 1),
    input(9, 'int16', 'dev.temp', { scale: 0.1 }),
    ...phases((address, channel) => input(address, 'uint16', 'ev.voltage', { channel }), 10, 1),
    input(14, 'uint16', 'ev.power'),
    input(17, 'uint32', 'ev.energy'),
    holding(MAX_CURRENT, 'uint16', 'ev.limit', { scale: 0.1 }),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (below 6 A pauses)',
      args: { current: { title: 'Current', type: 'number', unit: 'A', minimum: 0, maximum: 16 } },
      encode: (values) => {
        const current = numberOf(values, 'current');
        return [
          {
            table: 'holdingRegister',
            address: MAX_CURRENT,
            values: [current < LEAST_CURRENT ? 0 : Math.round(current * 10)],
            readBack: true,
          },
        ];
      },
    },
  },
};
