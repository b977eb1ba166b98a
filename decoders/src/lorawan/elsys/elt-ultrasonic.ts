import { elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Outdoor box with an ultrasonic probe. */
export const eltUltrasonic = lorawan({
  id: 'elsys/elt-ultrasonic',
  version: 1,
  vendor: 'Elsys',
  title: 'Ultrasonic distance sensor ELT Ultrasonic',
  domain: 'waste',
  oneSource: true,
  source:
    'https://www.elsys.se (payload description); examples of brocaar/lorawan-devices, vendor/elsys/elt-ultrasonic-codec.yaml',
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'wx.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'wx.rh' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      14: [{ type: 'uint16', quantity: 'bin.distance', scale: 0.1 }],
      20: [{ type: 'int32', quantity: 'wx.pressure', scale: 0.001 }],
    }),
  ],
});
