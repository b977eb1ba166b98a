import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const ZERO = 32_768;

/** A word whose zero is 32768. */
const word = (quantity: string, scale: number): Step => ({ type: 'uint16', quantity, scale, offset: -ZERO * scale });

/** Soil of parks and sports grounds; the water content is that of mineral soil. */
export const dlTrs12 = lorawan({
  id: 'decentlab/dl-trs12',
  version: 1,
  vendor: 'Decentlab',
  title: 'Soil moisture, temperature and conductivity DL-TRS12',
  domain: 'environment',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-TRS12; codec and examples in chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs',
  uplinks: [
    decentlabLayout([
      [
        { type: 'uint16', quantity: 'soil.moisture', scale: 0.003879, offset: -69.56 },
        word('soil.temp', 0.1),
        { type: 'uint16', quantity: 'soil.conductivity' },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
