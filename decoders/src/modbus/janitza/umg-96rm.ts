import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const LINES = ['L12', 'L23', 'L31'];

/**
 * Power analyser UMG 96RM; the block from 19000 is the same in the other UMG 96 and in the B23. Every value is a float,
 * energy in Wh: beyond 16 MWh a float counts in steps of several Wh.
 */
export const umg96rm: ModbusDefinition = {
  protocol: 'modbus',
  id: 'janitza/umg-96rm',
  version: 1,
  vendor: 'Janitza',
  title: 'Power analyser UMG 96RM',
  domain: 'electricity',
  source:
    'Janitza UMG 96RM Modbus address list 1.040.034, frequently required readings; volkszaehler/mbmd meters/rs485/janitza.go',
  registers: [
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel }), 19_000, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltageLL', { channel }), 19_006, 2, LINES),
    ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel }), 19_012, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.power', { channel }), 19_020, 2),
    holding(19_026, 'float32', 'elec.power'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.apparent', { channel }), 19_028, 2),
    holding(19_034, 'float32', 'elec.apparent'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.reactive', { channel }), 19_036, 2),
    holding(19_042, 'float32', 'elec.reactive'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.pf', { channel }), 19_044, 2),
    holding(19_050, 'float32', 'elec.freq'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.import', { channel }), 19_062, 2),
    holding(19_068, 'float32', 'elec.import'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.export', { channel }), 19_070, 2),
    holding(19_076, 'float32', 'elec.export'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.thd', { channel, every: 10 }), 19_110, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.thdCurrent', { channel, every: 10 }), 19_116, 2),
  ],
};
