import { choice, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;
const record = (channel: number, type: number): number => channel * 256 + type;

/** Two values of a kind under channels in a row: now, and now with the highest, the lowest and the mean of the period. */
function analogue(first: number, now: Step, quantity: string): [number, readonly Step[]][] {
  return ['1', '2'].flatMap((channel, index): [number, readonly Step[]][] => [
    [record(first + index, quantity === 'io.temp' ? 0x67 : 0x02), [{ ...now, channel } as Step]],
    [record(first + index, 0xe2), [{ type: 'float16', quantity, channel }, { skip: 6 }]],
  ]);
}

/** A line of the history: the channels whose bits are set follow. Each input says whether it is a counter. */
const line: readonly Step[] = [
  ...['1', '2', '3', '4'].map((channel, bit): Step => {
    return {
      when: { name: 'channels', bits: [bit, 1], equals: 1 },
      steps: [
        { type: 'uint8', name: 'kind' },
        {
          when: { name: 'kind', equals: 0 },
          steps: [{ type: 'uint32', quantity: 'io.input', channel, states: ON_OFF }],
          otherwise: [{ type: 'uint32', quantity: 'pulse.count', channel }],
        },
      ],
    };
  }),
  ...['1', '2'].map((channel, index): Step => {
    return {
      when: { name: 'channels', bits: [4 + index, 1], equals: 1 },
      steps: [{ type: 'uint8', quantity: 'io.output', channel, states: ON_OFF }],
    };
  }),
  ...['1', '2'].map((channel, index): Step => {
    return {
      when: { name: 'channels', bits: [6 + index, 1], equals: 1 },
      steps: [{ type: 'float16', quantity: 'io.temp', channel }],
    };
  }),
  ...(['io.current', 'io.voltage'] as const).flatMap((quantity, kind) =>
    ['1', '2'].map((channel, index): Step => {
      return {
        when: { name: 'channels', bits: [8 + 2 * kind + index, 1], equals: 1 },
        steps: [{ type: 'float16', quantity, channel }, { skip: 6 }],
      };
    }),
  ),
];

/** Controller with inputs, relays, probes and current loops. Only its settings tell what its Modbus channels mean. */
export const uc300 = lorawan({
  id: 'milesight/uc300',
  version: 1,
  vendor: 'Milesight',
  title: 'Controller UC300',
  domain: 'generic',
  source:
    'Milesight-IoT/SensorDecoders, uc-series/uc300; example of actility/device-catalog, vendors/milesight-iot/drivers/uc300',
  oneSource: true,
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    milesightLayout({
      ...Object.fromEntries(
        ['1', '2', '3', '4'].flatMap((channel, index): [number, readonly Step[]][] => [
          [record(3 + index, 0x00), [{ type: 'uint8', quantity: 'io.input', channel, states: ON_OFF }]],
          [record(3 + index, 0xc8), [{ type: 'uint32', quantity: 'pulse.count', channel }]],
        ]),
      ),
      1793: [{ type: 'uint8', quantity: 'io.output', channel: '1', states: ON_OFF }],
      2049: [{ type: 'uint8', quantity: 'io.output', channel: '2', states: ON_OFF }],
      ...Object.fromEntries([
        ...analogue(0x09, { type: 'int16', quantity: 'io.temp', scale: 0.1 }, 'io.temp'),
        ...analogue(0x0b, { type: 'int32', quantity: 'io.current', scale: 0.01 }, 'io.current'),
        ...analogue(0x0d, { type: 'int32', quantity: 'io.voltage', scale: 0.01 }, 'io.voltage'),
      ]),
      // a Modbus channel, the bytes of its value, its type; or that it was not read
      65305: [{ skip: 1 }, { type: 'uint8', name: 'size' }, { skip: 1 }, { skip: { name: 'size' } }],
      65301: [{ skip: 1 }],
      8412: [
        { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
        { type: 'uint16', name: 'channels' },
        { sample: { from: 'taken' }, steps: line },
        { when: { name: 'channels', bits: [12, 1], equals: 1 }, steps: [{ skip: 48 }] },
      ],
      8413: [
        { skip: 4 },
        { type: 'uint32', name: 'modbus' },
        ...Array.from({ length: 32 }, (_, bit): Step => {
          return { when: { name: 'modbus', bits: [bit, 1], equals: 1 }, steps: [{ skip: 5 }] };
        }),
      ],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
    'output.switch': milesightCommand(
      'Switch a relay',
      { output: integer('Output', 1, 2), state: choice('State', ['on', 'off']) },
      (values) => [0x06 + numberOf(values, 'output'), values.state === 'on' ? 0x01 : 0x00, 0xff],
    ),
    'output.pulse': milesightCommand(
      'Switch a relay for a time',
      {
        output: integer('Output', 1, 2),
        state: choice('State', ['on', 'off']),
        seconds: integer('Time', 1, 4_294_967, 's'),
      },
      (values) => [
        0xff,
        0x93,
        numberOf(values, 'output'),
        values.state === 'on' ? 0x01 : 0x00,
        ...uintBytes(1_000 * numberOf(values, 'seconds'), 4, 'le'),
      ],
    ),
  },
});
