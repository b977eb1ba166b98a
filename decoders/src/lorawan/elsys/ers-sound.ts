import { elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Climate, light, movement and sound of a room. */
export const ersSound = lorawan({
  id: 'elsys/ers-sound',
  version: 1,
  vendor: 'Elsys',
  title: 'Room sensor ERS Sound',
  domain: 'environment',
  oneSource: true,
  source:
    'https://www.elsys.se (payload description); example of brocaar/lorawan-devices, vendor/elsys/ers-sound-codec.yaml',
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'room.rh' }],
      4: [{ type: 'uint16', quantity: 'wx.lux' }],
      // movements since the message before
      5: [{ type: 'uint8', quantity: 'room.motion', states: { 0: 'no' }, otherwise: 'yes' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      21: [
        { type: 'uint8', quantity: 'noise.lamax' },
        { type: 'uint8', quantity: 'noise.laeq' },
      ],
    }),
  ],
});
