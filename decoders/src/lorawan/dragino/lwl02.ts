import { integer } from '../../kernel/command.ts';
import { draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Water where none should be. */
export const lwl02 = lorawan({
  id: 'dragino/lwl02',
  version: 1,
  vendor: 'Dragino',
  title: 'Leak sensor LWL02',
  domain: 'water',
  oneSource: true,
  source:
    'https://github.com/dragino/dragino-end-node-decoder, LWL02; codec and example in chirpstack/chirpstack-device-profiles, vendors/dragino/codecs/lwl02.js',
  uplinks: [
    {
      ports: [10],
      length: 10,
      // 2 is set to water, 3 to water and a door
      when: { byte: 2, equals: [2, 3] },
      steps: [
        {
          type: 'uint8',
          peek: true,
          bits: [6, 1],
          quantity: 'water.detected',
          states: { 0: 'no', 1: 'yes' },
          alarm: [1],
        },
        { type: 'uint16', bits: [0, 14], quantity: 'dev.batteryVoltage', scale: 0.001 },
      ],
    },
  ],
  commands: { 'interval.set': draginoInterval(integer('Interval', 30, 16_777_215, 's')) },
});
