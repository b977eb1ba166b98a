import { downlink, flag, integer, numberOf } from '../../kernel/command.ts';
import { DINGTEK_FRAME, DINGTEK_PORT, dingtekParameter, dingtekParameters } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

const RAISED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Manhole or bin sensor with ultrasound. Which way it leans is left out. */
export const dc410 = lorawan({
  id: 'dingtek/dc410',
  version: 1,
  vendor: 'Dingtek',
  title: 'Level and tilt sensor DC410',
  domain: 'waste',
  source: 'examples of brocaar/lorawan-devices, vendor/dingtek/dc410-codec.yaml (the only source)',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [
    {
      ports: [DINGTEK_PORT],
      length: 17,
      ...DINGTEK_FRAME,
      steps: [
        { type: 'uint8', must: [0x80] },
        { at: 5, type: 'uint16', quantity: 'bin.distance', scale: 0.1 },
        { skip: 1 },
        { type: 'int8', quantity: 'bin.temp' },
        { skip: 1 },
        { type: 'uint8', quantity: 'bin.tilt' },
        {
          type: 'uint8',
          bits: [4, 4],
          quantity: 'bin.full',
          states: { 0: 'no' },
          otherwise: 'yes',
          alarm: RAISED,
        },
        {
          type: 'uint8',
          peek: true,
          bits: [4, 4],
          quantity: 'bin.status',
          states: { 0: 'ok' },
          otherwise: 'moved',
          alarm: RAISED,
        },
        { type: 'uint8', bits: [0, 4], quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
      ],
    },
    dingtekParameters(25),
  ],
  commands: {
    'interval.set': downlink(
      'Time between reports',
      { hours: integer('Interval', 1, 168, 'h') },
      DINGTEK_PORT,
      (values) => dingtekParameter(1, numberOf(values, 'hours')),
    ),
    'interval.detection': downlink(
      'Time between measurements',
      { minutes: integer('Interval', 1, 60, 'min') },
      DINGTEK_PORT,
      (values) => dingtekParameter(8, numberOf(values, 'minutes')),
    ),
    'threshold.full': downlink(
      'Distance at which it is full',
      { distance: integer('Distance', 15, 255, 'cm') },
      DINGTEK_PORT,
      (values) => dingtekParameter(2, numberOf(values, 'distance')),
    ),
    'threshold.tilt': downlink(
      'Angle that means a fall',
      { angle: integer('Angle', 15, 90, 'deg') },
      DINGTEK_PORT,
      (values) => dingtekParameter(4, numberOf(values, 'angle')),
    ),
    'tilt.switch': downlink('Watch the tilt', { enabled: flag('Enabled') }, DINGTEK_PORT, ({ enabled }) =>
      dingtekParameter(9, enabled ? 0x0a : 0x09),
    ),
  },
});
