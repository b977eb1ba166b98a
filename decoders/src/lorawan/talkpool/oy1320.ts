import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const index: readonly Step[] = [{ skip: 2 }, { type: 'uint32', quantity: 'water.volume' }];

/**
 * Water meter adapter. Its public codec reads the lower half of the index alone; in the protocol of the maker's OY1410 the
 * counter is a big-endian number of 32 bits. What follows it in the longer frame no public document says.
 */
export const oy1320 = lorawan({
  id: 'talkpool/oy1320',
  version: 3,
  changed: {
    3: {
      en: 'The frames of nine bytes are read: they were told as unknown.',
      fr: 'Les trames de neuf octets sont lues : elles étaient dites inconnues.',
    },
  },
  vendor: 'Talkpool',
  title: 'Water meter adapter OY1320',
  domain: 'water',
  oneSource: true,
  source:
    'codec and example of brocaar/lorawan-devices, vendor/talkpool/oy1320-codec.yaml; Talkpool OY1410 manual, table of commands (its counter and status)',
  uplinks: [
    { ports: 'any', length: 6, steps: index },
    { ports: 'any', length: 9, steps: index },
  ],
});
