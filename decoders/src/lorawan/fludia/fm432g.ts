import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const index: readonly Step[] = [
  { type: 'uint32', peek: true, quantity: 'pulse.count' },
  { type: 'uint32', quantity: 'gas.volume', scale: 0.1 },
];

/** Reader for gas meters. The index counts steps of 0.1 m³, which `pulse.count` keeps. */
export const fm432g = lorawan({
  id: 'fludia/fm432g',
  version: 2,
  vendor: 'Fludia',
  title: 'Gas meter reader FM432g',
  domain: 'gas',
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432g_ap-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432g',
  uplinks: [
    {
      // index now, then what each step of time before added
      ports: 'any',
      length: [8, 46],
      when: { byte: 0, equals: 0x6d },
      steps: [{ skip: 2 }, ...index],
    },
    {
      // daily technical message
      ports: 'any',
      length: 15,
      when: { byte: 0, equals: 0x6e },
      steps: [{ skip: 8 }, ...index],
    },
    // a start, or a test of the radio
    { ports: 'any', when: { byte: 0, not: [0x6d, 0x6e] }, steps: [] },
  ],
});
