import { integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { netvoxBattery, netvoxCommand, netvoxLayouts } from '../../kernel/netvox.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const R718N3 = 0x4a;

/** Milliamperes of the clamp, to be multiplied by what the clamp divides. */
const current = (channel: string, multiplier: string): Step => ({
  type: 'uint16',
  quantity: 'elec.current',
  channel,
  scale: 0.001,
  times: { name: multiplier },
});

/** Later reports have two bits for the multiplier of each clamp. */
const MULTIPLIERS = { 0: 1, 1: 5, 2: 10, 3: 100 } as const;
/** Under these names a report of type 2 leaves the multipliers of the other clamps. */
const SECOND = 'multiplierL2';
const THIRD = 'multiplierL3';

const PHASES = ['L1', 'L2', 'L3'] as const;

const ofOwnMultiplier: readonly Step[] = [
  ...PHASES.map(
    (phase, index): Step => ({ at: 10, peek: true, type: 'uint8', bits: [2 * index, 2], name: `multiplier${phase}` }),
  ),
  ...PHASES.map((phase, index): Step => {
    return {
      at: 4 + 2 * index,
      type: 'uint16',
      quantity: 'elec.current',
      channel: phase,
      scale: 0.001,
      times: { name: `multiplier${phase}`, map: MULTIPLIERS },
    };
  }),
];

/** For each phase whether the current is too low, then too high. */
const alarms: readonly Step[] = PHASES.flatMap((channel, index): Step[] => [
  { at: 4, type: 'uint8', bits: [2 * index, 1], name: 'tooLow', alarm: [1] },
  {
    at: 4,
    type: 'uint8',
    bits: [2 * index + 1, 1],
    quantity: 'elec.overcurrent',
    channel,
    states: { 0: 'no', 1: 'yes' },
    alarm: [1],
  },
]);

/**
 * Three-phase current meter with clamps. A report of type 1 holds the multiplier of the first clamp only, type 2 those
 * of the others: until one was heard, the currents of the second and the third phase are absent.
 */
export const r718n3 = lorawan({
  id: 'netvox/r718n3',
  version: 3,
  changed: {
    3: {
      en: 'The currents of phases 2 and 3 wait for the multipliers of report 2: they were multiplied by that of phase 1. Several reports in one payload are read.',
      fr: 'Les courants des phases 2 et 3 attendent les multiplicateurs du rapport 2 : ils étaient multipliés par celui de la phase 1. Plusieurs rapports dans une trame sont lus.',
    },
  },
  vendor: 'Netvox',
  title: 'Three-phase current meter R718N3',
  domain: 'electricity',
  source:
    'examples of brocaar/lorawan-devices, vendor/netvox/r718n3-codec.yaml; reports 3 and 4: vendor/netvox/payload/r718n3.js of TheThingsNetwork/lorawan-devices; thingsboard/data-converters, VENDORS/Netvox/R718N3: guide and converter',
  uplinks: netvoxLayouts(R718N3, {
    1: [
      ...netvoxBattery,
      { at: 10, peek: true, type: 'uint8', name: 'multiplier' },
      { recall: SECOND, name: SECOND },
      { recall: THIRD, name: THIRD },
      current('L1', 'multiplier'),
      current('L2', SECOND),
      current('L3', THIRD),
    ],
    2: [...netvoxBattery, { type: 'uint8', remember: SECOND }, { type: 'uint8', remember: THIRD }],
    3: [...netvoxBattery, ...ofOwnMultiplier],
    4: [...netvoxBattery, ...alarms],
  }),
  commands: {
    'interval.set': netvoxCommand(
      'Least and most time between reports, and the change of current that causes one',
      {
        least: integer('Least', 1, 65_535, 's'),
        most: integer('Most', 1, 65_535, 's'),
        change: integer('Change', 0, 65_535, 'mA'),
      },
      0x01,
      R718N3,
      (values) => ['least', 'most', 'change'].flatMap((name) => uintBytes(numberOf(values, name), 2)),
    ),
    'interval.read': netvoxCommand('Ask for the times between reports', {}, 0x02, R718N3),
  },
});
