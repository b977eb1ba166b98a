import type { ModbusDefinition } from '../../definition.ts';
import { choice, integer, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';

const ON_OFF = { states: { 0: 'off', 1: 'on' } };
const input = block('discreteInput');
const output = block('coil');
const CHANNELS = ['1', '2', '3', '4', '5', '6', '7', '8'];

/** Eight digital inputs and eight outputs on RS-485; the relay modules of the maker have the same map. */
export const modbusRtuIo8ch: ModbusDefinition = {
  protocol: 'modbus',
  id: 'waveshare/modbus-rtu-io-8ch',
  version: 1,
  vendor: 'Waveshare',
  title: 'Digital inputs and outputs Modbus RTU IO 8CH',
  domain: 'generic',
  source: 'Waveshare wiki, Modbus RTU IO 8CH, Modbus command codes (functions 01, 02, 05)',
  registers: [
    ...phases((address, channel) => input(address, 'bit', 'io.input', { channel, ...ON_OFF }), 0, 1, CHANNELS),
    ...phases((address, channel) => output(address, 'bit', 'io.output', { channel, ...ON_OFF }), 0, 1, CHANNELS),
  ],
  commands: {
    'output.switch': {
      title: 'Switch an output',
      args: { output: integer('Output', 1, 8), state: choice('State', ['on', 'off']) },
      encode: (values) => [
        {
          table: 'coil',
          address: numberOf(values, 'output') - 1,
          values: [values.state === 'on' ? 1 : 0],
          readBack: true,
        },
      ],
    },
  },
};
