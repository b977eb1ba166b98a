import { lorawan } from '../../kernel/lorawan.ts';
import { em400Udl } from './em400-udl.ts';

/** Laser (time of flight) distance sensor for containers: the format of the ultrasonic one. */
export const em400Tld = lorawan({
  ...em400Udl.spec,
  id: 'milesight/em400-tld',
  version: 2,
  title: 'Laser distance sensor EM400-TLD',
  source: 'https://github.com/Milesight-IoT/SensorDecoders, em-series/em400-tld/README.md',
});
