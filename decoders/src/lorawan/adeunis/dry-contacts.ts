import { ADEUNIS_BATTERY, ADEUNIS_FAULT, ADEUNIS_SETTINGS } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const DATA = 0x40;
const KEEP_ALIVE = 0x30;
const DURATION_ALARM = 0x41;
/** Of V2 only, whose bit 2 of the status says that a time ends the frame; its zone is known to the settings only. */
const TIME_BYTES = 4;
const V2_HEAD: readonly Step[] = [...ADEUNIS_BATTERY, { skip: 1 }];
const CHANNELS = ['A', 'B', 'C', 'D'] as const;
const COUNTS: readonly Step[] = CHANNELS.map((channel): Step => ({ type: 'uint16', quantity: 'pulse.count', channel }));

/** The inputs of one byte, each of so many bits. */
function inputs(bitsEach: number): Step[] {
  return CHANNELS.map((channel, index): Step => {
    return {
      type: 'uint8',
      peek: true,
      bits: [bitsEach * index, 1],
      quantity: 'io.input',
      channel,
      states: { 0: 'off', 1: 'on' },
    };
  });
}

/** The state now and that in the message before. */
const NOW_AND_BEFORE = inputs(2);

/** Four contacts, each an input that counts or an output. Its counters have 16 bits: too few for a meter, so they have no weight. */
export const dryContacts = lorawan({
  id: 'adeunis/dry-contacts',
  version: 1,
  vendor: 'Adeunis',
  title: 'Contact reader DRY CONTACTS',
  domain: 'generic',
  source:
    'Adeunis DRY CONTACTS user guide, frame 0x40; test vectors of sln-nc/adeunis-codecs-lib; ZennerIoT/element-parsers, lib/adeunis_arf8170ba.ex; of V2 TheThingsNetwork/lorawan-devices, vendor/adeunis/drycontacts_lib.js',
  rollsOverAt: { 'pulse.count': 65_536 },
  uplinks: [
    {
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: DATA },
      steps: [...ADEUNIS_BATTERY, ADEUNIS_FAULT, ...COUNTS, ...NOW_AND_BEFORE],
    },
    {
      ports: 'any',
      length: 11 + TIME_BYTES,
      when: { byte: 0, equals: DATA },
      steps: [...V2_HEAD, ...COUNTS, ...NOW_AND_BEFORE],
    },
    // before V2 a sign of life is the status only
    {
      ports: 'any',
      length: [2, 10],
      when: { byte: 0, equals: KEEP_ALIVE },
      steps: [...ADEUNIS_BATTERY, ADEUNIS_FAULT],
    },
    {
      ports: 'any',
      length: [11, 11 + TIME_BYTES],
      when: { byte: 0, equals: KEEP_ALIVE },
      steps: [...V2_HEAD, ...COUNTS, ...inputs(1)],
    },
    {
      // a contact kept its state for too long; how the frame numbers the contacts is not public
      ports: 'any',
      length: [5, 5 + TIME_BYTES],
      when: { byte: 0, equals: DURATION_ALARM },
      steps: [...V2_HEAD, { at: 0, type: 'uint8', name: 'code', alarm: [DURATION_ALARM] }],
    },
    { ports: 'any', when: { byte: 0, equals: 0x59 }, silent: 'time that contacts have counted' },
    ADEUNIS_SETTINGS,
  ],
});
