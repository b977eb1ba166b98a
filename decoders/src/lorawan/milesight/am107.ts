import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';

/** Air of classrooms and offices, light and pressure. Its count of movements has no unit and is left out. */
export const am107 = lorawan({
  id: 'milesight/am107',
  version: 1,
  vendor: 'Milesight',
  title: 'Indoor air sensor AM107 and AM104',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, am-series/am107/README.md and am107-decoder.js, am107-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/am107',
  oneSource: true,
  uplinks: [
    milesightLayout({
      // its number, and which of its sensors are switched on
      ...milesightSettings({ 8: 6, 24: 2 }),
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      1128: [{ type: 'uint8', quantity: 'room.rh', scale: 0.5 }],
      1386: [{ skip: 2 }],
      1637: [{ type: 'uint16', quantity: 'wx.lux' }, { skip: 4 }],
      1917: [{ type: 'uint16', quantity: 'air.co2' }],
      2173: [{ type: 'uint16', quantity: 'air.tvoc' }],
      2419: [{ type: 'uint16', quantity: 'wx.pressure', scale: 0.1 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
