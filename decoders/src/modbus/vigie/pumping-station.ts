import type { ModbusDefinition } from '../../definition.ts';
import { choice, integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const contact = block('discreteInput');
const coil = block('coil');
const input = block('inputRegister');
const PUMPS = ['P1', 'P2'];
const REMOTE_MODE_COIL = 2;
const START_LEVEL = 0;
const STOP_LEVEL = 1;

/** Pumping station with two pumps, level, flow and power; most significant word first. */
export const pumpingStation: ModbusDefinition = {
  protocol: 'modbus',
  id: 'vigie/pumping-station',
  version: 1,
  vendor: 'Vigie',
  title: 'Pumping station with two pumps (reference register map)',
  domain: 'water',
  source: "Vigie's reference register map for a pumping station: this definition is the document",
  registers: [
    ...phases(
      (address, channel) => contact(address, 'bit', 'pump.state', { channel, states: { 0: 'off', 1: 'on' } }),
      0,
      1,
      PUMPS,
    ),
    // a fault outranks what the contactor says
    ...phases(
      (address, channel) => contact(address, 'bit', 'pump.state', { channel, states: { 1: 'fault' } }),
      2,
      1,
      PUMPS,
    ),
    contact(4, 'bit', 'pump.overflow', { states: { 0: 'no', 1: 'yes' } }),
    contact(5, 'bit', 'door.state', { states: { 0: 'closed', 1: 'open' } }),
    coil(REMOTE_MODE_COIL, 'bit', 'pump.mode', { states: { 0: 'automatic', 1: 'manual' } }),
    input(0, 'uint16', 'water.level', { scale: 0.001, absent: [0xffff] }),
    ...phases((address, channel) => input(address, 'uint16', 'pump.current', { channel, scale: 0.1 }), 1, 1, PUMPS),
    ...phases((address, channel) => input(address, 'uint32', 'pump.hours', { channel }), 3, 2, PUMPS),
    ...phases((address, channel) => input(address, 'uint32', 'pump.starts', { channel }), 7, 2, PUMPS),
    input(11, 'uint32', 'pump.flow'),
    input(13, 'uint64', 'pump.volume'),
    input(17, 'int32', 'elec.power'),
    input(19, 'uint64', 'elec.import'),
  ],
  commands: {
    'mode.set': {
      title: 'Who commands the pumps',
      args: { mode: choice('Mode', ['automatic', 'manual']) },
      encode: ({ mode }) => [
        { table: 'coil', address: REMOTE_MODE_COIL, values: [mode === 'manual' ? 1 : 0], readBack: true },
      ],
    },
    'pump.switch': {
      title: 'Run a pump (in manual mode)',
      args: { pump: integer('Pump', 1, 2), state: choice('State', ['on', 'off']) },
      encode: (values) => [
        {
          table: 'coil',
          address: numberOf(values, 'pump') - 1,
          values: [values.state === 'on' ? 1 : 0],
          readBack: true,
        },
      ],
    },
    'level.set': {
      title: 'Levels between which the pumps work',
      args: { start: integer('Start at', 0, 20_000, 'mm'), stop: integer('Stop at', 0, 20_000, 'mm') },
      encode: (values) => [
        { table: 'holdingRegister', address: START_LEVEL, values: [numberOf(values, 'start')], readBack: true },
        { table: 'holdingRegister', address: STOP_LEVEL, values: [numberOf(values, 'stop')], readBack: true },
      ],
    },
  },
};
