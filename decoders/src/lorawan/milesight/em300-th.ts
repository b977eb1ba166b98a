import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Of the second EM320-TH: not measured, below and above what can be measured. */
const NOT_MEASURED = [-0x7fff, -0x7ffe, -0x7ffd];
const temperature: Step = { type: 'int16', quantity: 'wx.temp', scale: 0.1, absent: NOT_MEASURED };
const humidity: Step = { type: 'uint8', quantity: 'wx.rh', scale: 0.5, absent: [0xff] };

/** A line of the history has a spare byte behind it in the EM300-TH, where the EM320-TH goes on with the next record. */
const spare: Step = {
  when: { remaining: 1 },
  steps: [
    { type: 'uint8', peek: true, name: 'spare' },
    { when: { name: 'spare', equals: 0 }, steps: [{ skip: 1 }] },
  ],
};

/** Temperature and humidity, outdoors too (IP67). */
export const em300Th = lorawan({
  id: 'milesight/em300-th',
  version: 1,
  vendor: 'Milesight',
  title: 'Temperature and humidity sensor EM300-TH and EM320-TH',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, em-series/em300-th and em320-th, README.md, decoders and encoders; examples of actility/device-catalog, vendors/milesight-iot/drivers/em300-th',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      8398: [...milesightHistory([temperature, humidity]), spare],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
