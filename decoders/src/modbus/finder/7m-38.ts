import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const input = block('inputRegister');

/**
 * Three-phase meter 7M.38 (MID); every value is a float in two input registers, energy in Wh. Its four counters count
 * what they are set to; read as delivered: active and reactive energy consumed, active and reactive energy fed in.
 */
export const model7m38: ModbusDefinition = {
  protocol: 'modbus',
  id: 'finder/7m-38',
  version: 1,
  vendor: 'Finder',
  title: 'Three-phase energy meter 7M.38',
  domain: 'electricity',
  source:
    'Finder, Modbus protocol 7M.24 and 7M.38, version 2 (2021-06-30); volkszaehler/mbmd meters/rs485/finder7m38.go',
  registers: [
    ...phases((address, channel) => input(address, 'float32', 'elec.voltage', { channel }), 2500, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.current', { channel }), 2516, 2),
    ...phases((address, channel) => input(address, 'float32', 'elec.power', { channel }), 2530, 2),
    input(2536, 'float32', 'elec.power'),
    ...phases((address, channel) => input(address, 'float32', 'elec.reactive', { channel }), 2538, 2),
    input(2544, 'float32', 'elec.reactive'),
    ...phases((address, channel) => input(address, 'float32', 'elec.apparent', { channel }), 2546, 2),
    input(2552, 'float32', 'elec.apparent'),
    ...phases((address, channel) => input(address, 'float32', 'elec.pf', { channel }), 2554, 2),
    input(2560, 'float32', 'elec.pf'),
    input(2576, 'float32', 'elec.phaseAngle'),
    input(2584, 'float32', 'elec.freq'),
    ...phases((address, channel) => input(address, 'float32', 'elec.thd', { channel, every: 10 }), 2594, 2),
    input(2752, 'float32', 'elec.import'),
    input(2754, 'float32', 'elec.reactive.import'),
    input(2756, 'float32', 'elec.export'),
    input(2758, 'float32', 'elec.reactive.export'),
  ],
};
