import { lorawan } from '../../kernel/lorawan.ts';
import type { Condition, Step } from '../../kernel/payload-layout.ts';

const REPORT = 0x19;
/** The meter counts in tenths of a kilowatt-hour. */
const TENTH_KWH = 100;

const flagged = (bit: number): Condition => ({ name: 'flags', bits: [bit, 1], equals: 1 });

const noDemand: Step = {
  when: { name: 'flags', bits: [2, 1], equals: 0 },
  steps: [{ constant: 0, quantity: 'elec.demand' }],
};

/** Energy meter reader: fields are there as flags say; a demand of zero is left out by the device. */
export const model4811 = lorawan({
  id: 'mcci/model4811',
  version: 2,
  changed: {
    2: {
      en: 'A branch without demand has a demand of 0, as the main line had before.',
      fr: 'Un départ sans appel de puissance a une puissance de 0, comme la ligne principale.',
    },
  },
  vendor: 'MCCI',
  title: 'Energy monitor Model 4811',
  domain: 'electricity',
  source: 'examples of brocaar/lorawan-devices, vendor/mcci/codec-model4811.yaml',
  oneSource: true,
  rollsOverAt: { 'dev.resets': 256 },
  uplinks: [
    {
      ports: [1],
      length: [2, 51],
      when: { byte: 0, equals: REPORT },
      steps: [
        { skip: 1 },
        { type: 'uint8', name: 'flags' },
        { when: flagged(0), steps: [{ type: 'int16', quantity: 'dev.batteryVoltage', scale: 1 / 4_096 }] },
        { when: flagged(1), steps: [{ type: 'uint8', quantity: 'dev.resets' }] },
        {
          when: flagged(2),
          steps: [{ skip: 2 }, { constant: 'fault', quantity: 'dev.fault' }],
          otherwise: [{ constant: 'ok', quantity: 'dev.fault' }],
        },
        {
          when: flagged(3),
          steps: [
            { type: 'uint32', quantity: 'elec.import', scale: TENTH_KWH },
            { type: 'uint32', quantity: 'elec.export', scale: TENTH_KWH },
          ],
        },
        { when: flagged(4), steps: [{ type: 'float32', quantity: 'elec.demand' }], otherwise: [noDemand] },
        {
          when: flagged(5),
          steps: [{ type: 'uint32', quantity: 'elec.import', channel: 'branch', scale: TENTH_KWH }],
        },
        {
          when: flagged(6),
          steps: [{ type: 'float32', quantity: 'elec.demand', channel: 'branch' }],
          otherwise: [{ when: flagged(5), steps: [{ constant: 0, quantity: 'elec.demand', channel: 'branch' }] }],
        },
      ],
    },
  ],
});
