import { ewattchLayouts } from '../../kernel/ewattch.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Rooms: temperature, humidity, carbon dioxide, light. How long somebody was there is left out. */
export const ambiance = lorawan({
  id: 'ewattch/ambiance',
  version: 1,
  vendor: 'Ewattch',
  title: 'Room sensor Ambiance',
  domain: 'environment',
  source: 'codec and examples of Ewattch in actility/device-catalog, vendors/ewattch/drivers/LorawanDecoder',
  uplinks: ewattchLayouts({
    0: [{ type: 'int16', quantity: 'room.temp', scale: 0.01 }],
    4: [{ type: 'uint8', quantity: 'room.rh', scale: 0.5 }],
    6: [{ type: 'uint16', quantity: 'wx.pressure', scale: 0.05 }],
    8: [{ type: 'uint16', quantity: 'air.co2' }],
    16: [{ type: 'uint16', quantity: 'wx.lux' }],
    20: [{ skip: 2 }],
  }),
});
