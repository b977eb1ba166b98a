import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

const ZERO = 32_768;

/** Submersible probe with a conductivity cell, for a kp of 8192 and a kec of 1024. */
export const dlPr36ctd = lorawan({
  id: 'decentlab/dl-pr36ctd',
  version: 1,
  vendor: 'Decentlab',
  title: 'Water level, temperature and conductivity sensor DL-PR36CTD',
  domain: 'water',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-PR36CTD; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-pr36ctd-8192-1024',
  derived: [
    // metres of fresh water: 1 / 9.80665 kPa
    { from: { quantity: 'water.pressure' }, to: { quantity: 'water.level' }, factor: 0.101_972 },
  ],
  uplinks: [
    decentlabLayout([
      [
        { type: 'uint16', quantity: 'water.pressure', scale: 100 / 8_192, offset: (-100 * ZERO) / 8_192 },
        // of the electronics and of the platinum probe
        { type: 'uint16', quantity: 'dev.temp', scale: 1 / 256, offset: -ZERO / 256 },
        { type: 'uint16', quantity: 'water.temp', scale: 1 / 256, offset: -ZERO / 256 },
        // mS/cm to µS/cm
        { type: 'uint16', quantity: 'water.conductivity', scale: 1_000 / 1_024, offset: (-1_000 * ZERO) / 1_024 },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
