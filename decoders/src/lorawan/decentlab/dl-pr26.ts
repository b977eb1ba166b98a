import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Submersible pressure probe. Half of the numbers span its range from 0. */
export const dlPr26 = lorawan({
  id: 'decentlab/dl-pr26',
  version: 1,
  vendor: 'Decentlab',
  title: 'Water level sensor DL-PR26',
  domain: 'water',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-PR26; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-pr26-0-1',
  parameters: {
    range: {
      title: 'Highest pressure of the probe (Pmax)',
      titleFr: 'Pression maximale de la sonde (Pmax)',
      type: 'number',
      unit: 'bar',
      minimum: 0.1,
      maximum: 100,
      default: 1,
    },
  },
  derived: [
    {
      from: { quantity: 'water.pressure' },
      to: { quantity: 'water.pressure' },
      factor: { parameter: 'range' },
      replaces: true,
    },
    // metres of fresh water: 1 / 9.80665 kPa
    { from: { quantity: 'water.pressure' }, to: { quantity: 'water.level' }, factor: 0.101_972 },
  ],
  uplinks: [
    decentlabLayout([
      [
        { type: 'uint16', quantity: 'water.pressure', scale: 100 / 32_768, offset: -50 },
        { type: 'uint16', quantity: 'water.temp', scale: 0.003125, offset: -51.2 },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
