import { FLUDIA_WHOLE_INDEX, fludiaLayouts } from '../../kernel/fludia.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const index: Step = { type: 'uint32', name: 'index' };

/** Pulse counter for meters of all kinds, of all its firmwares; what a pulse is worth is the meter's affair. */
export const fm432p = lorawan({
  id: 'fludia/fm432p',
  version: 3,
  changed: {
    3: {
      en: 'Firmware with fixed steps is read (it gave nothing), and the steps before the index are samples of their own time.',
      fr: 'Les versions à pas fixe sont lues (elles ne donnaient rien), et les pas qui précèdent l’index sont des relevés à leur propre date.',
    },
  },
  vendor: 'Fludia',
  title: 'Pulse counter FM432p',
  domain: 'generic',
  oneSource: true,
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432p_ap-decoder.js, fm432p_nc_10mn-15mn-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432p',
  uplinks: fludiaLayouts({
    periodic: 0x6b,
    technical: { header: 0x6c, length: 11, steps: [{ skip: 4 }, index] },
    fixed: [0x2b, 0x2c, 0x2d],
    fixedTechnical: [{ header: 0x29, length: 10, steps: [{ skip: 4 }, ...FLUDIA_WHOLE_INDEX] }],
    reading: [{ value: 'index', quantity: 'pulse.count' }],
    silent: { 1: [3] },
  }),
});
