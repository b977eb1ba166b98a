import { fludiaLayouts } from '../../kernel/fludia.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Pulse counter for meters of all kinds; what a pulse is worth is the meter's affair. */
export const fm432p = lorawan({
  id: 'fludia/fm432p',
  version: 2,
  vendor: 'Fludia',
  title: 'Pulse counter FM432p',
  domain: 'generic',
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432p_ap-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432p',
  uplinks: fludiaLayouts({
    periodic: 0x6b,
    technical: 0x6c,
    technicalLength: 11,
    beforeIndex: [{ skip: 4 }],
    index: [{ type: 'uint32', quantity: 'pulse.count' }],
  }),
});
