import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const axis = (channel: string): Step => {
  return { type: 'int16', quantity: 'dev.tilt', channel, scale: 0.01 };
};

/** Tilt of masts, walls, trees and lids; a message for an axis beyond its threshold is an alarm. */
export const em310Tilt = lorawan({
  id: 'milesight/em310-tilt',
  version: 1,
  vendor: 'Milesight',
  title: 'Tilt sensor EM310-TILT',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, em-series/em310-tilt/README.md and em310-tilt-decoder.js, em310-tilt-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/em310-tilt',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      975: [
        axis('X'),
        axis('Y'),
        axis('Z'),
        { type: 'uint8', bits: [0, 3], name: 'thresholds', alarm: [1, 2, 3, 4, 5, 6, 7] },
      ],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
