import { ELSYS_LEAK, elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Door contact that counts. What its contact means depends on how the magnet is mounted. */
export const emsDoor = lorawan({
  id: 'elsys/ems-door',
  version: 2,
  changed: { 2: { en: 'Water at its leak probe is an alarm.', fr: 'De l’eau à sa sonde de fuite est une alarme.' } },
  vendor: 'Elsys',
  title: 'Door contact EMS Door',
  domain: 'generic',
  source:
    'https://www.elsys.se (payload description); examples of brocaar/lorawan-devices, vendor/elsys/ems-door-codec.yaml; ZennerIoT/element-parsers, lib/elsys_v8.ex',
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'room.rh' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      // the pulses since the message before (type 0x0A) are in this counter too
      11: [{ type: 'uint32', quantity: 'pulse.count' }],
      13: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }],
      18: [ELSYS_LEAK],
    }),
  ],
});
