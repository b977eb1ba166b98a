import { lorawan } from '../../kernel/lorawan.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const APPLICATION = 0x45;

/** Digital water meter. What it counts is what ran forwards less what ran backwards, in litres. */
export const hydrodigit = lorawan({
  id: 'b-meters/hydrodigit',
  version: 1,
  vendor: 'B METERS',
  title: 'Digital water meter HYDRODIGIT',
  domain: 'water',
  source: 'B METERS, HYDRODIGIT user manual v1.4.3, page 18 (the only source)',
  uplinks: [
    {
      ports: 'any',
      length: [9, 11],
      order: 'le',
      when: { byte: 0, equals: APPLICATION },
      steps: [
        { skip: 1 },
        // 28 bits each: the fourth byte holds the highest four of both
        { at: 4, type: 'uint8', peek: true, bits: [4, 4], name: 'volumeHigh' },
        { at: 4, type: 'uint8', peek: true, bits: [0, 4], name: 'reverseHigh' },
        { type: 'uint24', quantity: 'water.volume', plus: [{ name: 'volumeHigh', times: 0x100_0000 }] },
        { skip: 1 },
        { type: 'uint24', quantity: 'water.volumeReverse', plus: [{ name: 'reverseHigh', times: 0x100_0000 }] },
        { type: 'uint8', peek: true, bits: [0, 1], quantity: 'water.leak', states: NO_YES, alarm: [1] },
        { type: 'uint8', peek: true, bits: [3, 1], quantity: 'water.burst', states: NO_YES, alarm: [1] },
        { type: 'uint8', peek: true, bits: [4, 1], quantity: 'water.backflow', states: NO_YES },
        { type: 'uint8', bits: [5, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        { when: { remaining: 2 }, steps: [{ type: 'int16', order: 'be', quantity: 'water.temp', scale: 0.1 }] },
      ],
    },
    {
      ports: 'any',
      when: { byte: 0, equals: [0x07, 0x0a, 0x13, 0x14, 0x15, 0x24, 0x26, 0x27, 0x28, 0x29] },
      silent: 'answer to an order',
      steps: [],
    },
  ],
});
