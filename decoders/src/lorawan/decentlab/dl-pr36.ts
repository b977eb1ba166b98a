import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

const ZERO = 32_768;

/** Submersible pressure probe. What a number is worth stands on its label (kp). */
export const dlPr36 = lorawan({
  id: 'decentlab/dl-pr36',
  version: 1,
  vendor: 'Decentlab',
  title: 'Water level sensor DL-PR36',
  domain: 'water',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-PR36; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-pr36-8192',
  parameters: {
    kpRatio: {
      title: '8192 divided by the device parameter kp',
      titleFr: '8192 divisé par le paramètre kp de l’équipement',
      type: 'number',
      minimum: 0.01,
      maximum: 100,
      default: 1,
    },
  },
  derived: [
    {
      from: { quantity: 'water.pressure' },
      to: { quantity: 'water.pressure' },
      factor: { parameter: 'kpRatio' },
      replaces: true,
    },
    // metres of fresh water: 1 / 9.80665 kPa
    { from: { quantity: 'water.pressure' }, to: { quantity: 'water.level' }, factor: 0.101_972 },
  ],
  uplinks: [
    decentlabLayout([
      [
        // for a kp of 8192 in a bar
        { type: 'uint16', quantity: 'water.pressure', scale: 100 / 8_192, offset: (-100 * ZERO) / 8_192 },
        { type: 'uint16', quantity: 'water.temp', scale: 1 / 256, offset: -ZERO / 256 },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
