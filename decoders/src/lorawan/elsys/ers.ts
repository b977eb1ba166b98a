import { elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Rooms: which of these a device of the series has depends on its kind (CO2, Sound, Eye, Lite). */
export const ers = lorawan({
  id: 'elsys/ers',
  version: 1,
  vendor: 'Elsys',
  title: 'Room sensors ERS, ERS CO2, ERS Sound and ERS Eye',
  domain: 'environment',
  source:
    'https://www.elsys.se (payload description); codec and examples in chirpstack/chirpstack-device-profiles, vendors/elsys/codecs',
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'room.rh' }],
      4: [{ type: 'uint16', quantity: 'wx.lux' }],
      // how often something moved since the message before
      5: [{ type: 'uint8', quantity: 'room.motion', states: { 0: 'no' }, otherwise: 'yes' }],
      6: [{ type: 'uint16', quantity: 'air.co2' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      12: [{ type: 'int16', quantity: 'io.temp', scale: 0.1 }],
      20: [{ type: 'uint32', quantity: 'wx.pressure', scale: 0.001 }],
      21: [
        { type: 'uint8', quantity: 'noise.lamax' },
        { type: 'uint8', quantity: 'noise.laeq' },
      ],
    }),
  ],
});
