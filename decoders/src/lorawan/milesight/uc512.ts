import { lorawan } from '../../kernel/lorawan.ts';
import { uc511 } from './uc511.ts';

/** The UC511 for valves of direct current, on its own battery: the same format. */
export const uc512 = lorawan({
  ...uc511.spec,
  id: 'milesight/uc512',
  version: 1,
  title: 'Solenoid valve controller UC512',
  source:
    'Milesight-IoT/SensorDecoders, uc-series/uc512; examples of actility/device-catalog, vendors/milesight-iot/drivers/uc512',
});
