import { ADEUNIS_BATTERY, ADEUNIS_FAULT } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const DATA = 0x40;
const CHANNELS = ['A', 'B', 'C', 'D'] as const;

/** Four contacts, each an input that counts or an output. Its counters have 16 bits: too few for a meter, so they have no weight. */
export const dryContacts = lorawan({
  id: 'adeunis/dry-contacts',
  version: 1,
  vendor: 'Adeunis',
  title: 'Contact reader DRY CONTACTS',
  domain: 'generic',
  source:
    'Adeunis DRY CONTACTS user guide, frame 0x40; test vectors of sln-nc/adeunis-codecs-lib; ZennerIoT/element-parsers, lib/adeunis_arf8170ba.ex',
  rollsOverAt: { 'pulse.count': 65_536 },
  uplinks: [
    {
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: DATA },
      steps: [
        ...ADEUNIS_BATTERY,
        ADEUNIS_FAULT,
        ...CHANNELS.map((channel): Step => ({ type: 'uint16', quantity: 'pulse.count', channel })),
        // of each, the state now and that in the message before
        ...CHANNELS.map((channel, index): Step => {
          return {
            type: 'uint8',
            peek: true,
            bits: [2 * index, 1],
            quantity: 'io.input',
            channel,
            states: { 0: 'off', 1: 'on' },
          };
        }),
      ],
    },
    {
      ports: 'any',
      when: { byte: 0, equals: [0x10, 0x11, 0x12, 0x1f, 0x20, 0x2f, 0x33] },
      silent: 'settings',
      steps: [],
    },
  ],
});
