import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const LEAK_BITS = [8, 9, 10] as const;
const INPUT_BITS = [4, 5, 6] as const;

/** Inputs 1 and 2 are dry contacts, 3 is the open collector. */
const inputs: readonly Step[] = [
  ...['1', '2', '3'].map((channel): Step => ({ type: 'uint32', quantity: 'pulse.count', channel })),
  ...LEAK_BITS.map((bit, index): Step => {
    return {
      type: 'uint16',
      peek: true,
      bits: [bit, 1],
      quantity: 'water.leak',
      channel: `${index + 1}`,
      states: NO_YES,
    };
  }),
  { skip: 2 },
  ...INPUT_BITS.map((bit, index): Step => {
    return {
      type: 'uint16',
      peek: true,
      bits: [bit, 1],
      quantity: 'io.input',
      channel: `${index + 1}`,
      states: { 0: 'off', 1: 'on' },
    };
  }),
  { type: 'uint16', peek: true, bits: [0, 1], name: 'message', alarm: [1] },
  // four steps: 100, 75, 50 and 25 percent
  { type: 'uint16', bits: [2, 2], quantity: 'dev.battery', scale: -25, offset: 100 },
];

/** Pulse transmitter for water, electricity and other meters. */
export const txPulse600036 = lorawan({
  id: 'enless/tx-pulse-600-036',
  version: 1,
  vendor: 'Enless Wireless',
  title: 'Pulse transmitter TX PULSE 600-036',
  domain: 'water',
  source:
    'public decoder and example of Enless Wireless (TheThingsNetwork/lorawan-devices, vendor/enless-wireless, TX PULSE 600-036)',
  uplinks: [
    {
      ports: 'any',
      length: 22,
      when: { byte: 3, equals: 0x08 },
      steps: [{ skip: 6 }, ...inputs],
    },
  ],
});
