import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'wx.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'wx.rh', scale: 0.5 };

/** Temperature and humidity, outdoors too (IP67). */
export const em300Th = lorawan({
  id: 'milesight/em300-th',
  version: 1,
  vendor: 'Milesight',
  title: 'Temperature and humidity sensor EM300-TH and EM320-TH',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, em-series/em300-th/README.md and em300-th-decoder.js, em300-th-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/em300-th',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      8398: milesightHistory([temperature, humidity, { skip: 1 }]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
