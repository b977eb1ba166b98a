import { choice, downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** The status is a character: 3 more than its bits stands in the upper half. */
export const LEAK = { 3: 'no', 4: 'no', 5: 'yes', 6: 'yes', 7: 'no', 8: 'no', 9: 'yes', 10: 'yes' } as const;
const FRAUD = { 3: 'no', 4: 'no', 5: 'no', 6: 'no', 7: 'yes', 8: 'yes', 9: 'yes', 10: 'yes' } as const;
const SECOND_INPUT = { 3: 'off', 4: 'on', 5: 'off', 6: 'on', 7: 'off', 8: 'on', 9: 'off', 10: 'on' } as const;

/** Battery as four digits in mV; the first carries in its upper bits whether the valve has an external supply. */
export const battery: readonly Step[] = [
  {
    type: 'uint8',
    peek: true,
    bits: [6, 1],
    name: 'external',
    quantity: 'dev.supply',
    states: { 0: 'battery', 1: 'mains' },
  },
  { type: 'uint8', bits: [0, 4], name: 'thousands' },
  {
    when: { name: 'external', equals: 0 },
    steps: [
      {
        type: 'ascii',
        length: 3,
        radix: 10,
        plus: [{ name: 'thousands', times: 1_000 }],
        quantity: 'dev.batteryVoltage',
        scale: 0.001,
      },
    ],
    otherwise: [{ skip: 3 }],
  },
];

/** Parts that begin with a letter of their own; `@` answers a command. */
export const parts: Readonly<Record<number, readonly Step[]>> = {
  35: [{ type: 'uint16', quantity: 'dev.temp', scale: 165 / 65_536, offset: -40 }, { skip: 2 }],
  64: [{ type: 'ascii', length: 'rest' }],
  67: [{ type: 'ascii', length: 6, radix: 16, quantity: 'pulse.count' }],
  86: [{ type: 'ascii', length: 4, radix: 16, quantity: 'io.voltage', scale: 0.001 }],
};

/** Water valve, V3 and V4. Humidity in its box is left out. */
export const smartValve = lorawan({
  id: 'strega/smart-valve',
  version: 1,
  vendor: 'STREGA',
  title: 'Smart Valve',
  domain: 'water',
  source: 'example and codec of brocaar/lorawan-devices, vendor/strega/smart-valve-codec.yaml',
  uplinks: [
    {
      ports: 'any',
      length: [5, 51],
      // `@` first: the answer to a command
      when: { byte: 0, not: 0x40 },
      steps: [
        ...battery,
        { type: 'uint8', peek: true, bits: [0, 1], quantity: 'water.valve', states: { 0: 'closed', 1: 'open' } },
        { type: 'uint8', peek: true, bits: [1, 1], quantity: 'dev.tamper', states: { 0: 'no', 1: 'yes' } },
        { type: 'uint8', peek: true, bits: [3, 1], quantity: 'io.input', channel: '0', states: { 0: 'off', 1: 'on' } },
        { type: 'uint8', peek: true, bits: [4, 4], quantity: 'io.input', channel: '1', states: SECOND_INPUT },
        { type: 'uint8', peek: true, bits: [4, 4], quantity: 'water.leak', states: LEAK, alarm: [5, 6, 9, 10] },
        { type: 'uint8', bits: [4, 4], quantity: 'water.tamper', states: FRAUD },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'part' },
            { choose: 'part', cases: parts, otherwise: 'stop' },
          ],
        },
      ],
    },
    { ports: 'any', when: { byte: 0, equals: 0x40 }, silent: 'answer to a command' },
  ],
  commands: {
    'valve.set': downlink('Open or close', { state: choice('State', ['open', 'closed']) }, 1, ({ state }) => [
      state === 'open' ? 0x31 : 0x30,
    ]),
  },
});
