import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import { milesightAm300 } from '../../kernel/milesight-am300.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Hundredths of ppm; 1 ppb are 1.9957 µg/m³ at 293 K and 101.3 kPa (Directive 2008/50/EC, annex VI). */
const ozone: Step = { type: 'uint16', quantity: 'air.o3', scale: 19.957 };

/** The AM308 with ozone. */
export const am319O3 = lorawan({
  id: 'milesight/am319-o3',
  version: 1,
  vendor: 'Milesight',
  title: 'Ambience sensor AM319-O3',
  domain: 'environment',
  source:
    'Milesight-IoT/SensorDecoders, am-series/am319-o3; example of actility/device-catalog, vendors/milesight-iot/drivers/am319-o3',
  oneSource: true,
  uplinks: [milesightLayout({ ...milesightAm300([ozone]), 3453: [ozone] })],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
