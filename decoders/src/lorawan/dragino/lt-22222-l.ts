import { choice, downlink, integer } from '../../kernel/command.ts';
import { DRAGINO_PORT, draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;
const LOOPS_AND_VOLTAGES = 1;

const bit = (place: number, quantity: string, channel: string): Step => ({
  at: 8,
  type: 'uint8',
  bits: [place, 1],
  quantity,
  channel,
  states: ON_OFF,
});
const voltages: readonly Step[] = ['1', '2'].map((channel) => ({
  type: 'int16',
  quantity: 'io.voltage',
  channel,
  scale: 0.001,
}));
const loops: readonly Step[] = ['1', '2'].map((channel) => ({
  type: 'int16',
  quantity: 'io.current',
  channel,
  scale: 0.001,
}));
const count = (channel: string): Step => ({ type: 'uint32', quantity: 'pulse.count', channel });

/** What the first eight bytes hold, by the mode that the device is set to. */
const MODES: Readonly<Record<number, readonly Step[]>> = {
  1: [...voltages, ...loops, bit(3, 'io.input', 'DI1'), bit(4, 'io.input', 'DI2')],
  2: [count('DI1'), count('DI2')],
  3: [count('DI1'), ...loops],
  // the second counts how often the voltage of AVI1 rose
  4: [count('DI1'), count('AVI1')],
  5: [...voltages, ...loops.slice(0, 1), { type: 'uint16', quantity: 'pulse.count', channel: 'DI1' }],
};

/** Relays closed; digital outputs that sink current, which is a low level. */
const outputs: readonly Step[] = [
  bit(7, 'io.output', 'RO1'),
  bit(6, 'io.output', 'RO2'),
  bit(0, 'io.output', 'DO1'),
  bit(1, 'io.output', 'DO2'),
];

/** Controller of inputs, current loops, relays; its sister LT-33222-L has a third digital input and output. */
export const lt22222L = lorawan({
  id: 'dragino/lt-22222-l',
  version: 1,
  vendor: 'Dragino',
  title: 'I/O controller LT-22222-L and LT-33222-L',
  domain: 'generic',
  oneSource: true,
  source:
    'dragino/dragino-end-node-decoder, LT22222-L; example of brocaar/lorawan-devices, vendor/dragino/lt22222-l-codec.yaml',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    {
      // which of its triggers fired, without a value
      ports: [DRAGINO_PORT],
      length: 11,
      when: { byte: 10, bits: [0, 6], equals: 6 },
      silent: 'trigger mode: settings and flags',
      steps: [],
    },
    {
      ports: [DRAGINO_PORT],
      length: 11,
      steps: [
        { at: 10, peek: true, type: 'uint8', bits: [0, 6], name: 'mode' },
        { at: 10, peek: true, type: 'uint8', bits: [6, 2], name: 'hardware' },
        { choose: 'mode', cases: MODES },
        ...outputs,
        { when: { name: 'hardware', equals: 0 }, steps: [bit(2, 'io.output', 'DO3')] },
        {
          when: {
            all: [
              { name: 'hardware', equals: 0 },
              { name: 'mode', equals: LOOPS_AND_VOLTAGES },
            ],
          },
          steps: [bit(5, 'io.input', 'DI3')],
        },
      ],
    },
    { ports: [5], length: 7, silent: 'firmware, band and interval', steps: [] },
    { ports: [DRAGINO_PORT], length: 1, silent: 'answer to a command', steps: [] },
  ],
  commands: {
    'interval.set': draginoInterval(integer('Interval', 30, 0xff_ffff, 's')),
    'output.switch': downlink(
      'Switch a relay',
      { relay: choice('Relay', ['RO1', 'RO2']), state: choice('State', ['on', 'off']) },
      DRAGINO_PORT,
      ({ relay, state }) => {
        const order = state === 'on' ? 0x01 : 0x00;
        // 0x11 leaves the other as it is
        return relay === 'RO1' ? [0x03, order, 0x11] : [0x03, 0x11, order];
      },
    ),
  },
});
