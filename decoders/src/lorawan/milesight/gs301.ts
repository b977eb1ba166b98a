import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';

const POLARISING = 0xfffe;
const FAULT = 0xffff;
const none = { absent: [POLARISING, FAULT] };

/** Smell in public toilets: ammonia and hydrogen sulphide. Both are absent while the cells polarise. */
export const gs301 = lorawan({
  id: 'milesight/gs301',
  version: 1,
  vendor: 'Milesight',
  title: 'Odour sensor GS301',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, gs-series/gs301/README.md and gs301-decoder.js, gs301-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/gs301',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 124: 43 }),
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      615: [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }],
      872: [{ type: 'uint8', quantity: 'room.rh', scale: 0.5 }],
      1149: [{ type: 'uint16', quantity: 'air.nh3', scale: 0.01, ...none }],
      // of cells with a resolution of 0.01 ppm, and of those with 0.001 ppm
      1405: [{ type: 'uint16', quantity: 'air.h2s', scale: 0.01, ...none }],
      1661: [{ type: 'uint16', quantity: 'air.h2s', scale: 0.001, ...none }],
      2026: [{ skip: 5 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
