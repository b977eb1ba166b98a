import type { ModbusDefinition } from '../../definition.ts';
import { choice, integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const ON_OFF = { states: { 0: 'off', 1: 'on' } };
const coil = block('coil');
const INPUTS = Array.from({ length: 12 }, (_, index) => String(index));
const OUTPUTS = Array.from({ length: 6 }, (_, index) => String(index));
const FIRST_OUTPUT = 16;

/** Twelve digital inputs and six outputs by Modbus TCP, numbered from 0 as on the case; the inputs read as coils. */
export const adam6050: ModbusDefinition = {
  protocol: 'modbus',
  id: 'advantech/adam-6050',
  version: 1,
  vendor: 'Advantech',
  title: 'Digital inputs and outputs ADAM-6050',
  domain: 'generic',
  source: 'Advantech ADAM-6000 series user manual, Modbus mapping table of the ADAM-6050 (00001–00012, 00017–00022)',
  registers: [
    ...phases((address, channel) => coil(address, 'bit', 'io.input', { channel, ...ON_OFF }), 0, 1, INPUTS),
    ...phases(
      (address, channel) => coil(address, 'bit', 'io.output', { channel, ...ON_OFF }),
      FIRST_OUTPUT,
      1,
      OUTPUTS,
    ),
  ],
  commands: {
    'output.switch': {
      title: 'Switch an output',
      args: { output: integer('Output', 0, 5), state: choice('State', ['on', 'off']) },
      encode: (values) => [
        {
          table: 'coil',
          address: FIRST_OUTPUT + numberOf(values, 'output'),
          values: [values.state === 'on' ? 1 : 0],
          readBack: true,
        },
      ],
    },
  },
};
