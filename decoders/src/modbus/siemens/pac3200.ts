import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');
const LINES = ['L12', 'L23', 'L31'];
const TARIFFS = ['T1', 'T2'];
const OVERFLOW = 1e12;

/**
 * Power monitoring device SENTRON PAC3200; floats, energy per tariff as double in Wh.
 * A read that begins in the middle of a value is refused.
 */
export const pac3200: ModbusDefinition = {
  protocol: 'modbus',
  id: 'siemens/pac3200',
  version: 1,
  vendor: 'Siemens',
  title: 'Power monitoring device SENTRON PAC3200',
  domain: 'electricity',
  source:
    'Siemens SENTRON PAC3200 manual A5E01168664B, tables 3-6 and 3-10 (measured variables and energy by offset); volkszaehler/mbmd meters/rs485/pac2200.go',
  rollsOverAt: {
    'elec.import': OVERFLOW,
    'elec.export': OVERFLOW,
    'elec.reactive.import': OVERFLOW,
    'elec.reactive.export': OVERFLOW,
    'elec.apparentEnergy': OVERFLOW,
  },
  registers: [
    ...phases((address, channel) => input(address, 'float32', 'elec.voltage', { channel }), 1, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.voltageLL', { channel }), 7, 2, LINES),
    ...phases((address, channel) => input(address, 'float32', 'elec.current', { channel }), 13, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.apparent', { channel }), 19, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.power', { channel }), 25, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.reactive', { channel }), 31, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.pf', { channel }), 37, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.thd', { channel, every: 10 }), 43, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.thdCurrent', { channel, every: 10 }), 49, 2),
    input(55, 'float32', 'elec.freq'),
    input(63, 'float32', 'elec.apparent'),
    input(65, 'float32', 'elec.power'),
    input(67, 'float32', 'elec.reactive'),
    input(69, 'float32', 'elec.pf'),
    ...phases((address, channel) => input(address, 'float64', 'elec.import', { channel }), 801, 4, TARIFFS),
    ...phases((address, channel) => input(address, 'float64', 'elec.export', { channel }), 809, 4, TARIFFS),
    ...phases((address, channel) => input(address, 'float64', 'elec.reactive.import', { channel }), 817, 4, TARIFFS),
    ...phases((address, channel) => input(address, 'float64', 'elec.reactive.export', { channel }), 825, 4, TARIFFS),
    ...phases((address, channel) => input(address, 'float64', 'elec.apparentEnergy', { channel }), 833, 4, TARIFFS),
  ],
};
