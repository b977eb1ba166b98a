import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

/** Ultrasonic distance sensor. */
export const em500Udl = lorawan({
  id: 'milesight/em500-udl',
  version: 1,
  vendor: 'Milesight',
  title: 'Ultrasonic level sensor EM500-UDL',
  domain: 'waste',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em500-udl; example of actility/device-catalog, vendors/milesight-iot/drivers/em500-udl',
  oneSource: true,
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      898: [{ type: 'uint16', quantity: 'bin.distance', scale: 0.1 }],
      // in tenths of a millimetre, unlike the report; how much it changed; 1 a threshold, 2 a sudden change
      33769: [
        { type: 'uint16', quantity: 'bin.distance', scale: 0.01 },
        { skip: 2 },
        { type: 'uint8', name: 'reason', alarm: [1, 2] },
      ],
      8398: milesightHistory([{ type: 'uint16', quantity: 'bin.distance', scale: 0.1 }]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
