import { integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightHistory, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

/** -1 the sensor failed, -2 switched off; of a distance -3 nothing in sight. */
const NOT_MEASURED = [-1, -2];
const distance: Step = { type: 'int16', quantity: 'bin.distance', scale: 0.1, absent: [...NOT_MEASURED, -3] };
const temperature: Step = { type: 'int16', quantity: 'bin.temp', scale: 0.1, absent: NOT_MEASURED };
/** 1 a threshold, 2 a sudden change; 0 it is over. */
const reason: Step = { type: 'uint8', name: 'reason', alarm: [1, 2] };
/** 1 something is too near, 0 that is over; 2 nothing in sight; 3 the sensor failed. */
const exception: Step = {
  type: 'uint8',
  quantity: 'dev.fault',
  states: { 0: 'ok', 1: 'ok', 2: 'ok' },
  otherwise: 'fault',
  alarm: [1, 3],
};

/** Radar distance sensor. */
export const em410Rdl = lorawan({
  id: 'milesight/em410-rdl',
  version: 1,
  vendor: 'Milesight',
  title: 'Radar level sensor EM410-RDL',
  domain: 'waste',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em410-rdl; example of actility/device-catalog, vendors/milesight-iot/drivers/em410-rdl',
  oneSource: true,
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1154: [distance],
      1280: [{ type: 'uint8', quantity: 'bin.status', states: { 0: 'ok', 1: 'moved' } }],
      1735: [{ skip: 2 }],
      33922: [distance, reason],
      38018: [distance, { skip: 2 }, reason],
      46210: [distance, exception],
      8398: milesightHistory([distance, temperature, { skip: 3 }]),
    }),
  ],
  commands: {
    'interval.set': milesightCommand(
      'Time between reports',
      { minutes: integer('Interval', 1, 1_440, 'min') },
      (values) => [0xff, 0x8e, 0x00, ...uintBytes(numberOf(values, 'minutes'), 2, 'le')],
    ),
  },
});
