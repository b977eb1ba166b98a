import { choice, downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { battery, LEAK, parts } from './smart-valve.ts';

/** Water valve with a motor and limit switches. Humidity in its box is left out. */
export const motorizedValve = lorawan({
  id: 'strega/motorized-valve',
  version: 1,
  vendor: 'STREGA',
  title: 'Motorized Valve',
  domain: 'water',
  source: 'example and codec of brocaar/lorawan-devices, vendor/strega/motorized-valve-codec.yaml',
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
        { type: 'uint8', bits: [4, 4], quantity: 'water.leak', states: LEAK, alarm: [5, 6, 9, 10] },
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
