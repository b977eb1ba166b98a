import { FLUDIA_BATTERY, FLUDIA_WHOLE_INDEX, fludiaLayouts } from '../../kernel/fludia.ts';
import { MECHANICAL_INDEX, TECHNICAL_MECHANICAL } from '../../kernel/fludia-optical.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const fixedTechnical: readonly Step[] = [{ skip: 4 }, FLUDIA_BATTERY, { skip: 1 }, ...FLUDIA_WHOLE_INDEX];

/**
 * Optical reader for electromechanical meters and those with a flashing light, of all its firmwares. The index counts
 * Wh.
 */
export const fm432e = lorawan({
  id: 'fludia/fm432e',
  version: 3,
  changed: {
    3: {
      en: 'Firmware with fixed steps is read (it gave nothing), and the steps before the index are samples of their own time.',
      fr: 'Les versions à pas fixe sont lues (elles ne donnaient rien), et les pas qui précèdent l’index sont des relevés à leur propre date.',
    },
  },
  vendor: 'Fludia',
  title: 'Optical reader for electricity meters FM432e',
  domain: 'electricity',
  oneSource: true,
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432e_ap-decoder.js, fm432e_nc_10mn-15mn-decoder.js, fm432e_nc_1mn-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432e',
  uplinks: fludiaLayouts({
    periodic: 0x69,
    technical: { header: 0x6a, length: 16, steps: TECHNICAL_MECHANICAL },
    fixed: [0x20, 0x21, 0x22],
    fixedTechnical: [
      { header: 0x0e, length: 12, steps: fixedTechnical },
      { header: 0x51, length: 12, steps: fixedTechnical },
    ],
    reading: MECHANICAL_INDEX,
    minutes: 0x5b,
    silent: { 1: [3], 18: [19, 37], 19: [11, 30], 95: [9] },
  }),
});
