import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import { milesightAm300 } from '../../kernel/milesight-am300.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Hundredths of mg/m³. */
const formaldehyde: Step = { type: 'uint16', quantity: 'air.hcho', scale: 10 };

/** The AM308 with formaldehyde. */
export const am319Hcho = lorawan({
  id: 'milesight/am319-hcho',
  version: 1,
  vendor: 'Milesight',
  title: 'Ambience sensor AM319-HCHO',
  domain: 'environment',
  source:
    'Milesight-IoT/SensorDecoders, am-series/am319-hcho; example of actility/device-catalog, vendors/milesight-iot/drivers/am319-hcho',
  oneSource: true,
  uplinks: [milesightLayout({ ...milesightAm300([formaldehyde]), 2685: [formaldehyde] })],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
