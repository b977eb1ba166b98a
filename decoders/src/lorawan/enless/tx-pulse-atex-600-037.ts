import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const INPUT_BITS = [4, 5, 6] as const;

/** Inputs 1 and 2 are dry contacts, 3 is the open collector. */
const inputs: readonly Step[] = [
  ...['1', '2', '3'].map((channel): Step => ({ type: 'uint32', quantity: 'pulse.count', channel })),
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

/** Pulse transmitter for gas meters in explosive zones. */
export const txPulseAtex600037 = lorawan({
  id: 'enless/tx-pulse-atex-600-037',
  version: 1,
  vendor: 'Enless Wireless',
  title: 'Gas pulse transmitter TX PULSE ATEX 600-037',
  domain: 'gas',
  source:
    'public decoder and example of Enless Wireless (TheThingsNetwork/lorawan-devices, vendor/enless-wireless, TX PULSE ATEX 600-037)',
  uplinks: [
    {
      ports: 'any',
      length: 22,
      when: { byte: 3, equals: 0x09 },
      steps: [{ skip: 6 }, ...inputs],
    },
  ],
});
