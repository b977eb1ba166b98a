import { lorawan } from '../../kernel/lorawan.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';
import { em400Udl } from './em400-udl.ts';

/** Ultrasonic distance sensor for indoor and outdoor containers: the format of the EM400-UDL. */
export const em400Mud = lorawan({
  ...em400Udl.spec,
  id: 'milesight/em400-mud',
  version: 1,
  title: 'Ultrasonic distance sensor EM400-MUD',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em400-mud; example of actility/device-catalog, vendors/milesight-iot/drivers/em400-mud',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
});
