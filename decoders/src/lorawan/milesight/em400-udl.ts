import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'bin.temp', scale: 0.1 };
const distance: Step = { type: 'uint16', quantity: 'bin.distance', scale: 0.1 };
/** Crossed its threshold, whichever way that is set; 0 tells that it is over. */
const threshold: Step = { type: 'uint8', name: 'threshold', alarm: [1] };

/** Ultrasonic distance sensor for containers. */
export const em400Udl = lorawan({
  id: 'milesight/em400-udl',
  version: 2,
  vendor: 'Milesight',
  title: 'Ultrasonic distance sensor EM400-UDL',
  domain: 'waste',
  source: 'https://github.com/Milesight-IoT/SensorDecoders, em-series/em400-udl/README.md',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1154: [distance],
      1280: [{ type: 'uint8', quantity: 'bin.status', states: { 0: 'ok', 1: 'moved' } }],
      33639: [temperature, threshold],
      33922: [distance, threshold],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
    'interval.detection': milesightInterval('Time between measurements', 0x02, integer('Interval', 60, 64_800, 's')),
  },
});
