import { fludiaLayouts } from '../../kernel/fludia.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const index: readonly Step[] = [
  { type: 'uint32', peek: true, quantity: 'pulse.count' },
  { type: 'uint32', quantity: 'gas.volume', scale: 0.1 },
];

/** Reader for gas meters. The index counts steps of 0.1 m³, which `pulse.count` keeps. */
export const fm432g = lorawan({
  id: 'fludia/fm432g',
  version: 3,
  vendor: 'Fludia',
  title: 'Gas meter reader FM432g',
  domain: 'gas',
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432g_ap-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432g',
  uplinks: fludiaLayouts({
    periodic: 0x6d,
    technical: 0x6e,
    technicalLength: 15,
    beforeIndex: [{ skip: 8 }],
    index: index,
  }),
});
