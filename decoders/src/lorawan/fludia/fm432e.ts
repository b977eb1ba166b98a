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
  uplinks: [
    {
      // index now, then what each step of time before added
      ports: 'any',
      length: [8, 46],
      when: { byte: 0, equals: 0x69 },
      steps: [{ skip: 2 }, { type: 'uint32', quantity: 'elec.import' }],
    },
    {
      // daily technical message
      ports: 'any',
      length: 16,
      when: { byte: 0, equals: 0x6a },
      steps: [
        { at: 7, type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
        { type: 'uint32', quantity: 'elec.import' },
      ],
    },
    // a start, or a test of the radio
    { ports: 'any', when: { byte: 0, not: [0x69, 0x6a] }, steps: [] },
  ],
});
