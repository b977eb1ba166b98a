import { fludiaLayouts } from '../../kernel/fludia.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Optical reader for electromechanical meters and those with a flashing light. The index counts Wh. */
export const fm432e = lorawan({
  id: 'fludia/fm432e',
  version: 2,
  vendor: 'Fludia',
  title: 'Optical reader for electricity meters FM432e',
  domain: 'electricity',
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432e_ap-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432e',
  uplinks: fludiaLayouts({
    periodic: 0x69,
    technical: 0x6a,
    technicalLength: 16,
    beforeIndex: [{ skip: 7 }, { type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' }],
    index: [{ type: 'uint32', quantity: 'elec.import' }],
  }),
});
