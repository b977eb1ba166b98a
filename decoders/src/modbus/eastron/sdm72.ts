import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');

/**
 * Three-phase meter SDM72D-M; every value is a float in two input registers, energy in kWh. The first version has total
 * power and energy only and refuses the other registers, which are then read around.
 */
export const sdm72: ModbusDefinition = {
  protocol: 'modbus',
  id: 'eastron/sdm72',
  version: 1,
  vendor: 'Eastron',
  title: 'Three-phase energy meter SDM72D-M',
  domain: 'electricity',
  source:
    'Eastron SDM72DM and SDM72DM-V2 Modbus protocol, input register list; volkszaehler/mbmd meters/rs485/sdm72.go, sdm72v2.go',
  maxRegisters: 60,
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
  ],
};
