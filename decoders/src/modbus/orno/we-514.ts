import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');

/** Single-phase meters WE-514 and WE-515. They count energy without its direction: what is used, where nothing is fed in. */
export const we514: ModbusDefinition = {
  protocol: 'modbus',
  id: 'orno/we-514',
  version: 1,
  vendor: 'Orno',
  title: 'Single-phase energy meter WE-514 and WE-515',
  domain: 'electricity',
  source: 'Orno, register description OR-WE-514 and OR-WE-515; volkszaehler/mbmd meters/rs485/orno1p.go',
  registers: [
    holding(0x0130, 'uint16', 'elec.freq', { scale: 0.01 }),
    holding(0x0131, 'uint16', 'elec.voltage', { scale: 0.01 }),
    holding(0x0139, 'uint32', 'elec.current', { scale: 0.001 }),
    holding(0x0140, 'uint32', 'elec.power'),
    holding(0x0148, 'uint32', 'elec.reactive'),
    holding(0x0150, 'uint32', 'elec.apparent'),
    holding(0x0158, 'uint16', 'elec.pf', { scale: 0.001 }),
    holding(0xa000, 'uint32', 'elec.import', { scale: 10 }),
    holding(0xa01e, 'uint32', 'elec.reactive.import', { scale: 10 }),
  ],
};
