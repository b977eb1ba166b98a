import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

const ZERO = 32_768;

/** Probe for wells and rivers. */
export const dlCtd10 = lorawan({
  id: 'decentlab/dl-ctd10',
  version: 1,
  vendor: 'Decentlab',
  title: 'Water level, temperature and conductivity sensor DL-CTD10',
  domain: 'water',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-CTD10; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-ctd10',
  uplinks: [
    decentlabLayout([
      [
        // millimetres
        { type: 'uint16', quantity: 'water.level', scale: 0.001, offset: -ZERO / 1_000 },
        { type: 'uint16', quantity: 'water.temp', scale: 0.1, offset: -ZERO / 10 },
        { type: 'uint16', quantity: 'water.conductivity' },
        { skip: 1 },
        { type: 'uint8', quantity: 'water.freeze', states: { 0: 'no' }, otherwise: 'yes' },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
