import { lorawan } from '../../kernel/lorawan.ts';

/** Water meter adapter. The index is the lower half of a 32-bit big-endian number of litres. */
export const oy1320 = lorawan({
  id: 'talkpool/oy1320',
  version: 2,
  vendor: 'Talkpool',
  title: 'Water meter adapter OY1320',
  domain: 'water',
  source: 'examples of brocaar/lorawan-devices, vendor/talkpool/oy1320-codec.yaml',
  uplinks: [
    {
      ports: 'any',
      length: 6,
      steps: [{ skip: 2 }, { type: 'uint32', quantity: 'water.volume' }],
    },
  ],
});
