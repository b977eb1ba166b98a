import { integer } from '../../kernel/command.ts';
import { draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Contact for doors and lids, with a count of its openings. */
export const lds02 = lorawan({
  id: 'dragino/lds02',
  version: 1,
  vendor: 'Dragino',
  title: 'Door sensor LDS02',
  domain: 'generic',
  oneSource: true,
  source:
    'https://github.com/dragino/dragino-end-node-decoder, LDS02; codec and example in chirpstack/chirpstack-device-profiles, vendors/dragino/codecs/lds02.js',
  rollsOverAt: { 'door.openings': 2 ** 24 },
  uplinks: [
    {
      ports: [10],
      length: 10,
      when: { byte: 2, equals: 1 },
      steps: [
        { type: 'uint8', peek: true, bits: [7, 1], quantity: 'door.state', states: { 0: 'closed', 1: 'open' } },
        { type: 'uint16', bits: [0, 14], quantity: 'dev.batteryVoltage', scale: 0.001 },
        { at: 3, type: 'uint24', quantity: 'door.openings' },
        // open for longer than it is set to bear
        { at: 9, type: 'uint8', bits: [0, 1], name: 'openTooLong', alarm: [1] },
      ],
    },
  ],
  commands: { 'interval.set': draginoInterval(integer('Interval', 30, 16_777_215, 's')) },
});
