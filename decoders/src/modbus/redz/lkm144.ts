import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');

/**
 * Three-phase meter behind a LKM144 module: 24 unsigned numbers of 32 bits, read in one go. Energy in Wh, current in mA, voltage
 * in mV, frequency in mHz. The power factor is left out: its scale is not public.
 */
export const lkm144: ModbusDefinition = {
  protocol: 'modbus',
  id: 'redz/lkm144',
  version: 1,
  vendor: 'RedZ Smart Communication',
  title: 'Three-phase meter with LKM144',
  domain: 'electricity',
  source: 'https://github.com/nobrega8/energy-counters, src/energy_counters/redz/README.md (register table)',
  registers: [
    holding(4, 'uint32', 'elec.import'),
    holding(6, 'uint32', 'elec.export'),
    holding(8, 'uint32', 'elec.reactive.import'),
    holding(10, 'uint32', 'elec.reactive.export'),
    holding(26, 'uint32', 'elec.power'),
    ...phases((address, channel) => holding(address, 'uint32', 'elec.current', { channel, scale: 0.001 }), 28, 2),
    ...phases((address, channel) => holding(address, 'uint32', 'elec.voltage', { channel, scale: 0.001 }), 34, 2),
    holding(42, 'uint32', 'elec.freq', { scale: 0.001 }),
  ],
};
