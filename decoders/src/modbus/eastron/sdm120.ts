import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const input = block('inputRegister');

/** Single-phase meter; every value is a float in two input registers, energy in kWh. */
export const sdm120: ModbusDefinition = {
  protocol: 'modbus',
  id: 'eastron/sdm120',
  version: 1,
  vendor: 'Eastron',
  title: 'Single-phase energy meter SDM120',
  domain: 'electricity',
  source: 'Eastron SDM120-Modbus protocol V2.4, input register list; volkszaehler/mbmd meters/rs485/sdm120.go',
  maxRegisters: 80,
  registers: [
    input(0x0000, 'float32', 'elec.voltage'),
    input(0x0006, 'float32', 'elec.current'),
    input(0x000c, 'float32', 'elec.power'),
    input(0x0012, 'float32', 'elec.apparent'),
    input(0x0018, 'float32', 'elec.reactive'),
    input(0x001e, 'float32', 'elec.pf'),
    input(0x0046, 'float32', 'elec.freq'),
    input(0x0048, 'float32', 'elec.import', { scale: 1_000 }),
    input(0x004a, 'float32', 'elec.export', { scale: 1_000 }),
    input(0x004c, 'float32', 'elec.reactive.import', { scale: 1_000 }),
    input(0x004e, 'float32', 'elec.reactive.export', { scale: 1_000 }),
  ],
};
