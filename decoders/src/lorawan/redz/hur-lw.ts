import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const CHANNELS = 8;

/** One bit for each channel of a slot; slot 2, channel 3 is "23". */
const bits = (quantity: string): readonly Step[] =>
  Array.from({ length: CHANNELS }, (_, index): readonly Step[] => [
    { let: 'place', be: { constant: index + 1, terms: [{ name: 'slot', times: 10 }] } },
    {
      type: 'uint8',
      peek: index < CHANNELS - 1,
      bits: [index, 1],
      quantity,
      channel: { from: 'place' },
      states: { 0: 'off', 1: 'on' },
    },
  ]).flat();

/**
 * Inputs and outputs in four slots. What its analogue slots count no public document says, and its time carries no zone:
 * both are left out.
 */
export const hurLw = lorawan({
  id: 'redz/hur-lw',
  version: 1,
  vendor: 'RedZ Smart Communication',
  title: 'Input and output module HUR-LW',
  domain: 'generic',
  source: 'TheThingsNetwork/lorawan-devices, vendor/redz/hur-lw-2406.js and hur-lw-codec-2406.yaml',
  uplinks: [
    {
      ports: [3],
      length: [13, 242],
      when: { byte: 4, bits: [0, 4], equals: 2 },
      lengthAt: { at: 11, plus: 12 },
      steps: [
        { at: 9, type: 'uint8', name: 'slot' },
        { type: 'uint8', name: 'kind' },
        { skip: 1 },
        {
          choose: 'kind',
          cases: {
            24: bits('io.input'),
            40: bits('io.output'),
            // raw numbers of eight analogue inputs and of five analogue outputs
            56: [],
            69: [],
          },
        },
      ],
    },
    { ports: [1], length: [18, 242], silent: 'what the device is made of' },
  ],
});
