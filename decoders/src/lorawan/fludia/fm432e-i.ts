import { fludiaSilent } from '../../kernel/fludia.ts';
import { periodicMechanical, technicalMechanical } from '../../kernel/fludia-optical.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Optical reader like the FM432e, with numbers of messages of its own. The index counts Wh. */
export const fm432eI = lorawan({
  id: 'fludia/fm432e-i',
  version: 1,
  vendor: 'Fludia',
  title: 'Optical reader for electricity meters FM432e-i',
  domain: 'electricity',
  source: 'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432e-i_ap-decoder.js',
  uplinks: [
    periodicMechanical(0x7a),
    technicalMechanical(0x7b),
    ...fludiaSilent({ 1: [3], 18: [19, 37], 19: [11, 30] }),
  ],
});
