import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';

/** Ultrasonic distance sensor. */
export const em310Udl = lorawan({
  id: 'milesight/em310-udl',
  version: 2,
  vendor: 'Milesight',
  title: 'Ultrasonic distance sensor EM310-UDL',
  domain: 'waste',
  source: 'https://github.com/Milesight-IoT/SensorDecoders, em-series/em310-udl/README.md',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      898: [{ type: 'uint16', quantity: 'bin.distance', scale: 0.1 }],
      1024: [{ type: 'uint8', quantity: 'bin.status', states: { 0: 'ok', 1: 'moved' } }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 1, 65_535, 's')),
  },
});
