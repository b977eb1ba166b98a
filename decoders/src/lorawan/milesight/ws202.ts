import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';

/** Motion and daylight in rooms. */
export const ws202 = lorawan({
  id: 'milesight/ws202',
  version: 1,
  vendor: 'Milesight',
  title: 'Motion and light sensor WS202',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws202/README.md and ws202-decoder.js, ws202-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws202',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 8: 6 }),
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      768: [{ type: 'uint8', quantity: 'room.motion', states: { 0: 'no', 1: 'yes' } }],
      1024: [{ type: 'uint8', quantity: 'room.light', states: { 0: 'dark', 1: 'light' } }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
