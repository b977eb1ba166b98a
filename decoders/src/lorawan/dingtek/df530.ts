import { downlink, flag, integer, numberOf } from '../../kernel/command.ts';
import { DINGTEK_FRAME, DINGTEK_PORT, dingtekParameter, dingtekParameters } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

const RAISED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const begin: Step = { at: 0, type: 'uint8', must: [0x80] };
const distance: Step = { at: 5, type: 'uint16', quantity: 'bin.distance', scale: 0.1 };
const tail: readonly Step[] = [
  { type: 'int8', quantity: 'bin.temp' },
  { skip: 2 },
  {
    type: 'uint8',
    bits: [4, 4],
    quantity: 'bin.empty',
    states: { 0: 'no' },
    otherwise: 'yes',
    alarm: RAISED,
  },
  { type: 'uint8', bits: [0, 4], quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
];

/** Ultrasonic level sensor for tanks, with or without a position. */
export const df530 = lorawan({
  id: 'dingtek/df530',
  version: 1,
  vendor: 'Dingtek',
  title: 'Tank level sensor DF530',
  domain: 'generic',
  source: 'examples of brocaar/lorawan-devices, vendor/dingtek/df530-codec.yaml (the only source)',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [
    { ports: [DINGTEK_PORT], length: 17, ...DINGTEK_FRAME, steps: [begin, distance, { skip: 1 }, ...tail] },
    dingtekParameters(25),
    {
      ports: [DINGTEK_PORT],
      length: 25,
      ...DINGTEK_FRAME,
      steps: [
        begin,
        distance,
        { at: 8, type: 'float32', order: 'le', quantity: 'dev.longitude' },
        { type: 'float32', order: 'le', quantity: 'dev.latitude' },
        ...tail,
      ],
    },
  ],
  commands: {
    'interval.set': downlink(
      'Time between reports',
      { minutes: integer('Interval', 1, 60, 'min') },
      DINGTEK_PORT,
      (values) => dingtekParameter(1, numberOf(values, 'minutes')),
    ),
    'threshold.empty': downlink(
      'Distance at which the tank is empty',
      { distance: integer('Distance', 15, 255, 'cm') },
      DINGTEK_PORT,
      (values) => dingtekParameter(2, numberOf(values, 'distance')),
    ),
    'position.switch': downlink('Tell the position', { enabled: flag('Enabled') }, DINGTEK_PORT, ({ enabled }) =>
      dingtekParameter(9, enabled ? 0x01 : 0x00),
    ),
  },
});
