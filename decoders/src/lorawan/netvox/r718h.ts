import { choice, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { netvoxBattery, netvoxCommand, netvoxLayouts } from '../../kernel/netvox.ts';

const R718H = 0x1f;
const ROLL_OVER = 'at roll-over';

/** Pulse counter. It counts on only in the mode "at roll-over"; in the other it begins anew with each report. */
export const r718h = lorawan({
  id: 'netvox/r718h',
  version: 2,
  changed: { 2: { en: 'Several reports in one payload are read.', fr: 'Plusieurs rapports dans une trame sont lus.' } },
  vendor: 'Netvox',
  title: 'Pulse counter R718H',
  domain: 'generic',
  source:
    'examples of brocaar/lorawan-devices, vendor/netvox/r718h-codec.yaml; thingsboard/data-converters, VENDORS/Netvox/R718H: guide and converter',
  rollsOverAt: { 'pulse.count': 65_536 },
  uplinks: netvoxLayouts(R718H, { 1: [...netvoxBattery, { type: 'uint16', quantity: 'pulse.count' }] }),
  commands: {
    'interval.set': netvoxCommand(
      'Least and most time between reports, and the change of the battery that causes one',
      {
        least: integer('Least', 1, 65_535, 's'),
        most: integer('Most', 1, 65_535, 's'),
        batteryTenths: integer('Change in tenths of a volt', 0, 255),
      },
      0x01,
      R718H,
      (values) => [
        ...uintBytes(numberOf(values, 'least'), 2),
        ...uintBytes(numberOf(values, 'most'), 2),
        numberOf(values, 'batteryTenths'),
      ],
    ),
    'interval.read': netvoxCommand('Ask for the times between reports', {}, 0x02, R718H),
    'filter.set': netvoxCommand(
      'Pulses nearer than this are one, in steps of 5',
      { steps: integer('Steps', 0, 255) },
      0x03,
      R718H,
      (values) => [numberOf(values, 'steps')],
    ),
    'filter.read': netvoxCommand('Ask for the filter', {}, 0x04, R718H),
    'counter.clear': netvoxCommand(
      'When the counter begins anew',
      { mode: choice('Mode', ['at each report', ROLL_OVER]) },
      0x05,
      R718H,
      ({ mode }) => [mode === ROLL_OVER ? 1 : 0],
    ),
    'counter.read': netvoxCommand('Ask when the counter begins anew', {}, 0x06, R718H),
  },
});
