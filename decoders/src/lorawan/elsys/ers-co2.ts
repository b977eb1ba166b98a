import { elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Climate, light, movement and carbon dioxide of a room. */
export const ersCo2 = lorawan({
  id: 'elsys/ers-co2',
  version: 1,
  vendor: 'Elsys',
  title: 'Room sensor ERS CO2',
  domain: 'environment',
  source:
    'https://www.elsys.se (payload description); example of brocaar/lorawan-devices, vendor/elsys/ers-co2-codec.yaml; ZennerIoT/element-parsers, lib/elsys_v8.ex',
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'room.rh' }],
      4: [{ type: 'uint16', quantity: 'wx.lux' }],
      // movements since the message before
      5: [{ type: 'uint8', quantity: 'room.motion', states: { 0: 'no' }, otherwise: 'yes' }],
      6: [{ type: 'uint16', quantity: 'air.co2' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    }),
  ],
});
