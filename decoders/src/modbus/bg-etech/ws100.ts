import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');

/** Single-phase meters of the WS100 series (MID), in both directions. */
export const ws100: ModbusDefinition = {
  protocol: 'modbus',
  id: 'bg-etech/ws100',
  version: 1,
  vendor: 'B+G e-tech',
  title: 'Single-phase energy meter WS100',
  domain: 'electricity',
  source: 'B+G e-tech, manual of the WS100 series, Modbus registers; volkszaehler/mbmd meters/rs485/ws100.go',
  registers: [
    holding(0x0100, 'uint32', 'elec.voltage', { scale: 0.001 }),
    holding(0x0102, 'int32', 'elec.current', { scale: 0.001 }),
    holding(0x0104, 'int32', 'elec.power'),
    holding(0x0106, 'uint32', 'elec.apparent'),
    holding(0x0108, 'int32', 'elec.reactive'),
    holding(0x010a, 'uint16', 'elec.freq', { scale: 0.1 }),
    holding(0x010b, 'int16', 'elec.pf', { scale: 0.001 }),
    holding(0x010e, 'uint32', 'elec.import', { scale: 10 }),
    holding(0x0118, 'uint32', 'elec.export', { scale: 10 }),
  ],
};
