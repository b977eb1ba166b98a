import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const ZERO = 32_768;

/** A word whose zero is 32768. */
const word = (quantity: string, scale: number): Step => ({ type: 'uint16', quantity, scale, offset: -ZERO * scale });

/** Level, temperature and conductivity of groundwater and streams. While it may have frozen it is in doubt. */
export const dlCtd10 = lorawan({
  id: 'decentlab/dl-ctd10',
  version: 1,
  vendor: 'Decentlab',
  title: 'Pressure, temperature and conductivity of water DL-CTD10',
  domain: 'water',
  source:
    'https://www.decentlab.com (DL-CTD10); codec and examples in chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs',
  uplinks: [
    decentlabLayout([
      [
        // behind the values: whether it froze
        word('water.level', 0.001),
        word('water.temp', 0.1),
        { type: 'uint16', quantity: 'water.conductivity' },
        { skip: 1 },
        { type: 'uint8', quantity: 'water.freeze', states: { 0: 'no' }, otherwise: 'yes' },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
