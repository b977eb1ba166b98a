import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'wx.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'wx.rh', scale: 0.5 };
const state: Step = { type: 'uint8', quantity: 'door.state', states: { 0: 'closed', 1: 'open' } };

/** Contact for doors and hatches, outdoors too (IP67). */
export const em300Mcs = lorawan({
  id: 'milesight/em300-mcs',
  version: 1,
  vendor: 'Milesight',
  title: 'Magnet contact with temperature and humidity EM300-MCS',
  domain: 'generic',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, em-series/em300-mcs/README.md and em300-mcs-decoder.js, em300-mcs-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/em300-mcs',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      1536: [state],
      8398: milesightHistory([temperature, humidity, state]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
