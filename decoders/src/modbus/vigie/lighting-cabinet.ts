import type { ModbusDefinition } from '../../definition.ts';
import { choice, integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const coil = block('coil');
const contact = block('discreteInput');
const input = block('inputRegister');
const CIRCUITS = ['C1', 'C2', 'C3', 'C4'];
const REMOTE_MODE_COIL = 4;

/**
 * Street-lighting cabinet with a small PLC: contactors as coils (read back), door and protections as discrete inputs,
 * a three-phase meter as input registers, most significant word first.
 */
export const lightingCabinet: ModbusDefinition = {
  protocol: 'modbus',
  id: 'vigie/lighting-cabinet',
  version: 1,
  vendor: 'Vigie',
  title: 'Street-lighting cabinet (reference register map)',
  domain: 'lighting',
  source: "Vigie's reference register map for a lighting cabinet: this definition is the document",
  registers: [
    ...phases(
      (address, channel) => coil(address, 'bit', 'cab.contactor', { channel, states: { 0: 'off', 1: 'on' } }),
      0,
      1,
      CIRCUITS,
    ),
    coil(REMOTE_MODE_COIL, 'bit', 'cab.mode', { states: { 0: 'automatic', 1: 'remote' } }),
    contact(0, 'bit', 'cab.door', { states: { 0: 'closed', 1: 'open' } }),
    ...phases(
      (address, channel) => contact(address, 'bit', 'cab.protection', { channel, states: { 0: 'ok', 1: 'tripped' } }),
      1,
      1,
      [...CIRCUITS, 'surge'],
    ),
    ...phases((address, channel) => input(address, 'uint16', 'cab.voltage', { channel, scale: 0.1 }), 0, 1),
    ...phases((address, channel) => input(address, 'uint16', 'cab.current', { channel, scale: 0.01 }), 3, 1),
    input(6, 'int32', 'cab.power'),
    ...phases((address, channel) => input(address, 'int32', 'cab.power', { channel }), 8, 2),
    input(14, 'int16', 'cab.pf', { scale: 0.001 }),
    input(15, 'uint16', 'cab.freq', { scale: 0.01 }),
    input(16, 'uint64', 'cab.energy'),
    input(20, 'uint64', 'cab.reactiveEnergy'),
    input(24, 'int16', 'cab.temp', { scale: 0.1, absent: [-32_768] }),
    input(25, 'int32', 'cab.reactive'),
  ],
  commands: {
    'contactor.switch': {
      title: 'Switch a circuit',
      args: { circuit: integer('Circuit', 1, 4), state: choice('State', ['on', 'off']) },
      encode: (values) => [
        {
          table: 'coil',
          address: numberOf(values, 'circuit') - 1,
          values: [values.state === 'on' ? 1 : 0],
          readBack: true,
        },
      ],
    },
    'mode.set': {
      title: 'Who commands the cabinet',
      args: { mode: choice('Mode', ['automatic', 'remote']) },
      encode: ({ mode }) => [
        { table: 'coil', address: REMOTE_MODE_COIL, values: [mode === 'remote' ? 1 : 0], readBack: true },
      ],
    },
  },
};
