import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const pressure: Step = { type: 'int16', quantity: 'water.pressure' };

/** Pressure of a pipe, against the atmosphere. */
export const em500Pp = lorawan({
  id: 'milesight/em500-pp',
  version: 1,
  vendor: 'Milesight',
  title: 'Pipe pressure sensor EM500-PP',
  domain: 'water',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em500-pp; example of actility/device-catalog, vendors/milesight-iot/drivers/em500-pp',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      891: [pressure],
      8398: milesightHistory([pressure]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
