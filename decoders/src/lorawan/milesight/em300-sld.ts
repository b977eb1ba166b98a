import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'wx.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'wx.rh', scale: 0.5 };
const state: Step = { type: 'uint8', quantity: 'water.detected', states: { 0: 'no', 1: 'yes' } };

/** Water on the floor: at a spot (SLD) or along a cable (ZLD). */
export const em300Sld = lorawan({
  id: 'milesight/em300-sld',
  version: 1,
  vendor: 'Milesight',
  title: 'Leak sensor with temperature and humidity EM300-SLD, EM300-ZLD',
  domain: 'water',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, em-series/em300-sld/README.md and em300-sld-decoder.js, em300-sld-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/em300-sld',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      1280: [{ ...state, alarm: [1] }],
      8398: milesightHistory([temperature, humidity, state]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
