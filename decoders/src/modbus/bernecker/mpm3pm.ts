import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const hundredth = { scale: 0.01 };

/** Three-phase meter MPM3PM; integers of 32 bits in two registers. */
export const mpm3pm: ModbusDefinition = {
  protocol: 'modbus',
  id: 'bernecker/mpm3pm',
  version: 1,
  vendor: 'Bernecker Engineering',
  title: 'Three-phase energy meter MPM3PM',
  domain: 'electricity',
  source: 'Bernecker Engineering, MPM3PM Modbus description; volkszaehler/mbmd meters/rs485/mpm3pm.go',
  registers: [
    holding(0x02, 'uint32', 'elec.import', { scale: 10 }),
    holding(0x04, 'uint32', 'elec.export', { scale: 10 }),
    ...phases((address, channel) => holding(address, 'uint32', 'elec.voltage', { channel, scale: 0.1 }), 0x08, 2),
    ...phases((address, channel) => holding(address, 'uint32', 'elec.current', { channel, ...hundredth }), 0x0e, 2),
    ...phases((address, channel) => holding(address, 'int32', 'elec.power', { channel, ...hundredth }), 0x14, 2),
    ...phases((address, channel) => holding(address, 'int32', 'elec.reactive', { channel, ...hundredth }), 0x1a, 2),
    ...phases((address, channel) => holding(address, 'uint32', 'elec.pf', { channel, scale: 0.001 }), 0x20, 2),
    holding(0x26, 'int32', 'elec.power', hundredth),
    holding(0x28, 'int32', 'elec.reactive', hundredth),
    holding(0x2a, 'uint32', 'elec.pf', { scale: 0.001 }),
    holding(0x2c, 'uint32', 'elec.freq', hundredth),
  ],
};
