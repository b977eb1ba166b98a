import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import { milesightAm300 } from '../../kernel/milesight-am300.ts';

/** Climate, carbon dioxide, volatile compounds and particles of a room. */
export const am308 = lorawan({
  id: 'milesight/am308',
  version: 1,
  vendor: 'Milesight',
  title: 'Ambience sensor AM308',
  domain: 'environment',
  source:
    'Milesight-IoT/SensorDecoders, am-series/am308; example of actility/device-catalog, vendors/milesight-iot/drivers/am308',
  oneSource: true,
  uplinks: [milesightLayout(milesightAm300())],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
