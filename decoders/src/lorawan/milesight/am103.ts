import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'room.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'room.rh', scale: 0.5 };
const carbonDioxide: Step = { type: 'uint16', quantity: 'air.co2' };

/** Air of classrooms and offices. */
export const am103 = lorawan({
  id: 'milesight/am103',
  version: 1,
  vendor: 'Milesight',
  title: 'Indoor air sensor AM103',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, am-series/am103/README.md and am103-decoder.js, am103-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/am103',
  oneSource: true,
  uplinks: [
    milesightLayout({
      // which of its sensors are switched on
      ...milesightSettings({ 24: 2 }),
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      1917: [carbonDioxide],
      8398: milesightHistory([temperature, humidity, carbonDioxide]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
