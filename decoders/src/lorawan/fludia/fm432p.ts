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
  uplinks: [
    {
      // index now, then what each step of time before added
      ports: 'any',
      length: [8, 46],
      when: { byte: 0, equals: 0x6b },
      steps: [{ skip: 2 }, { type: 'uint32', quantity: 'pulse.count' }],
    },
    {
      // daily technical message
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: 0x6c },
      steps: [{ skip: 4 }, { type: 'uint32', quantity: 'pulse.count' }],
    },
    // a start, or a test of the radio
    { ports: 'any', when: { byte: 0, not: [0x6b, 0x6c] }, steps: [] },
  ],
});
