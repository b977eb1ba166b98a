import { FLUDIA_BATTERY, fludiaMinutes, fludiaSilent } from '../../kernel/fludia.ts';
import { infraredLayouts } from '../../kernel/fludia-infrared.ts';
import {
  fixedMechanical,
  MECHANICAL_INDEX,
  periodicMechanical,
  technicalMechanical,
} from '../../kernel/fludia-optical.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Reader for meters with an infrared port (position B) and electromechanical ones (A), of all its firmwares. */
export const fm432ir = lorawan({
  id: 'fludia/fm432ir',
  version: 1,
  vendor: 'Fludia',
  title: 'Infrared reader for electricity meters FM432ir',
  domain: 'electricity',
  oneSource: true,
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432ir_ap-decoder.js, fm432ir_nc_15mn-decoder.js, fm432ir_nc_1mn-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432ir',
  uplinks: [
    ...infraredLayouts,
    periodicMechanical(0x6f),
    technicalMechanical(0x70),
    fixedMechanical(0x48, 10),
    fixedMechanical(0x49, 15),
    fixedMechanical(0x4a, 60),
    fludiaMinutes(0x5b, MECHANICAL_INDEX),
    {
      ports: 'any',
      length: 12,
      when: { byte: 0, equals: 0x4b },
      steps: [{ skip: 4 }, FLUDIA_BATTERY, { skip: 1 }, { type: 'uint32', name: 'index' }, ...MECHANICAL_INDEX],
    },
    ...fludiaSilent({ 1: [3], 18: [37], 19: [30], 95: [9] }),
  ],
});
