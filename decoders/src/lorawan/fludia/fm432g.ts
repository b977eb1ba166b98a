import { FLUDIA_WHOLE_INDEX, fludiaLayouts } from '../../kernel/fludia.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const index: Step = { type: 'uint32', name: 'index' };

/** Reader for gas meters, of all its firmwares. The index counts steps of 0.1 m³, which `pulse.count` keeps. */
export const fm432g = lorawan({
  id: 'fludia/fm432g',
  version: 4,
  changed: {
    4: {
      en: 'Firmware with fixed steps is read (it gave nothing), the steps before the index are samples, and gas keeps its tenths of a cubic metre.',
      fr: 'Les versions à pas fixe sont lues (elles ne donnaient rien), les pas qui précèdent l’index sont des relevés à leur date, et le gaz garde ses dixièmes de mètre cube.',
    },
  },
  vendor: 'Fludia',
  title: 'Gas meter reader FM432g',
  domain: 'gas',
  oneSource: true,
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432g_ap-decoder.js, fm432g_nc_10mn-15mn-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432g',
  uplinks: fludiaLayouts({
    periodic: 0x6d,
    technical: { header: 0x6e, length: 15, steps: [{ skip: 8 }, index] },
    fixed: [0x1d, 0x1e, 0x1f],
    fixedTechnical: [{ header: 0x10, length: 12, steps: [{ skip: 5 }, ...FLUDIA_WHOLE_INDEX] }],
    reading: [
      { value: 'index', quantity: 'pulse.count' },
      { value: 'index', quantity: 'gas.volume', scale: 0.1 },
    ],
    silent: { 1: [3], 46: [22], 47: [42] },
  }),
});
