import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';

/** Magnet contact for doors, hatches and windows. */
export const ws301 = lorawan({
  id: 'milesight/ws301',
  version: 1,
  vendor: 'Milesight',
  title: 'Magnet contact WS301',
  domain: 'generic',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws301/README.md and ws301-decoder.js, ws301-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws301',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 8: 6 }),
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      768: [{ type: 'uint8', quantity: 'door.state', states: { 0: 'closed', 1: 'open' } }],
      1024: [{ type: 'uint8', quantity: 'dev.tamper', states: { 0: 'no', 1: 'yes' } }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
