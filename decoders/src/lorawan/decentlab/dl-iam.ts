import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const ZERO = 32_768;
const FULL = 65_535;

/** Of what is visible and infrared together, and of the infrared: the larger of two lines, and nothing below zero. */
const light: readonly Step[] = [
  { type: 'uint16', name: 'all' },
  { type: 'uint16', name: 'infrared' },
  { let: 'line', be: { terms: [{ name: 'all' }, { name: 'infrared', times: -1.64 }] } },
  {
    let: 'other',
    be: {
      terms: [
        { name: 'all', times: 0.59 },
        { name: 'infrared', times: -0.86 },
      ],
    },
  },
  { let: 'above', be: { terms: [{ name: 'other' }, { name: 'line', times: -1 }] } },
  { when: { name: 'above', atLeast: 0 }, steps: [{ let: 'line', be: { terms: [{ name: 'other' }] } }] },
  { when: { name: 'line', below: 0 }, steps: [{ let: 'line', be: { terms: [] } }] },
  { value: 'line', quantity: 'wx.lux', scale: 1.5504 },
];

/** Air and light of rooms. Its count of movements has no unit and is left out. */
export const dlIam = lorawan({
  id: 'decentlab/dl-iam',
  version: 1,
  vendor: 'Decentlab',
  title: 'Indoor air sensor DL-IAM',
  domain: 'environment',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-IAM; codec and examples in chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs',
  uplinks: [
    decentlabLayout([
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      [
        { type: 'uint16', quantity: 'room.temp', scale: 175 / FULL, offset: -45 },
        { type: 'uint16', quantity: 'room.rh', scale: 100 / FULL },
      ],
      [{ type: 'uint16', quantity: 'wx.pressure', scale: 0.02 }],
      light,
      [{ type: 'uint16', quantity: 'air.co2', offset: -ZERO }, { skip: 4 }],
      [{ skip: 2 }],
      [{ type: 'uint16', quantity: 'air.tvoc' }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
