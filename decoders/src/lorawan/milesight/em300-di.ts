import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';

/** Pulse and contact sensor with a climate sensor. What it kept while out of reach is left out. */
export const em300Di = lorawan({
  id: 'milesight/em300-di',
  version: 2,
  vendor: 'Milesight',
  title: 'Pulse counter EM300-DI',
  domain: 'water',
  source:
    'Milesight EM300-DI user guide, uplink and downlink; example of thingsboard/data-converters, VENDORS/Milesight/EM300-DI',
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      1128: [{ type: 'uint8', quantity: 'room.rh', scale: 0.5 }],
      1280: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }],
      1480: [{ type: 'uint32', quantity: 'pulse.count' }],
      // since 1.3 also in a unit that only the settings tell
      1505: [{ skip: 8 }],
      34273: [{ skip: 9 }],
      34048: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }, { skip: 1 }],
      8398: [{ skip: 13 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
