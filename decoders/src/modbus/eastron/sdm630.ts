import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');

/** Three-phase meter; every value is a float in two input registers, energy in kWh. */
export const sdm630: ModbusDefinition = {
  protocol: 'modbus',
  id: 'eastron/sdm630',
  version: 1,
  vendor: 'Eastron',
  title: 'Three-phase energy meter SDM630',
  domain: 'electricity',
  source: 'Eastron SDM630 Modbus protocol V1.8; volkszaehler/mbmd meters/rs485/sdm.go',
  maxRegisters: 80,
  registers: [
    ...phases((address, channel) => input(address, 'float32', 'elec.voltage', { channel }), 0x0000, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.current', { channel }), 0x0006, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.power', { channel }), 0x000c, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.apparent', { channel }), 0x0012, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.reactive', { channel }), 0x0018, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.pf', { channel }), 0x001e, 2),
    input(0x0034, 'float32', 'elec.power'),
    input(0x0038, 'float32', 'elec.apparent'),
    input(0x003c, 'float32', 'elec.reactive'),
    input(0x003e, 'float32', 'elec.pf'),
    input(0x0046, 'float32', 'elec.freq'),
    input(0x0048, 'float32', 'elec.import', { scale: 1_000 }),
    input(0x004a, 'float32', 'elec.export', { scale: 1_000 }),
    input(0x004c, 'float32', 'elec.reactive.import', { scale: 1_000 }),
    input(0x004e, 'float32', 'elec.reactive.export', { scale: 1_000 }),
    ...phases((address, channel) => input(address, 'float32', 'elec.thd', { channel, every: 10 }), 0x00ea, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.import', { channel, scale: 1_000 }), 0x015a, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.export', { channel, scale: 1_000 }), 0x0160, 2),
  ],
};
