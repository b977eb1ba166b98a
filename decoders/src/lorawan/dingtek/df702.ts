import { choice, downlink, flag, integer, numberOf } from '../../kernel/command.ts';
import { DINGTEK_FRAME, dingtekParameters, dingtekParameter as parameter } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const RAISED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** A status is given in rising priority: what burns is told before what leans. */
const alarms: readonly Step[] = [
  {
    type: 'uint8',
    name: 'alarms',
    bits: [4, 4],
    quantity: 'bin.full',
    states: { 0: 'no' },
    otherwise: 'yes',
    alarm: RAISED,
  },
  { type: 'uint8', bits: [4, 4], name: 'fall', alarm: RAISED },
  { constant: 'ok', quantity: 'bin.status' },
  { when: { name: 'fall', not: 0 }, steps: [{ constant: 'moved', quantity: 'bin.status' }] },
];

const battery = { bits: [0, 4], quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' } as const;
/** Any number but 0 in its half of a byte is an alarm. */
const burning = (at: number): readonly Step[] => [
  { at, type: 'uint8', bits: [0, 4], name: 'fire', alarm: RAISED },
  { when: { name: 'fire', not: 0 }, steps: [{ constant: 'burning', quantity: 'bin.status' }] },
];

/** Ultrasonic bin level sensor with fire and tilt alarm. Which way it leans is left out. */
export const df702 = lorawan({
  id: 'dingtek/df702',
  version: 3,
  changed: {
    3: {
      en: 'A telegram that is cut, or has no 81h at its end, is refused: one of 25 bytes cut to 17 gave fire, fill level and temperature. A fall is an alarm, and the angle is read.',
      fr: 'Un télégramme tronqué ou sans 81h à la fin est refusé : un télégramme de 25 octets coupé à 17 donnait incendie, remplissage et température. Une chute est une alarme, et l’angle est lu.',
    },
  },
  vendor: 'Dingtek',
  title: 'Bin level sensor DF702',
  domain: 'waste',
  oneSource: true,
  source:
    'https://www.dingtek.com (DF702 protocol); examples of brocaar/lorawan-devices, vendor/dingtek/df702-codec.yaml',
  uplinks: [
    {
      ports: [3],
      length: 17,
      ...DINGTEK_FRAME,
      steps: [
        { at: 0, type: 'uint8', must: [0x80] },
        { at: 5, type: 'uint16', quantity: 'bin.distance', scale: 0.1 },
        { at: 8, type: 'int8', quantity: 'bin.temp' },
        { at: 10, type: 'uint8', quantity: 'bin.tilt' },
        { at: 11, ...alarms[0] } as Step,
        ...alarms.slice(1),
        ...burning(11),
        { at: 12, type: 'uint8', ...battery },
      ],
    },
    dingtekParameters(25),
    {
      ports: [3],
      length: 25,
      ...DINGTEK_FRAME,
      steps: [
        { at: 0, type: 'uint8', must: [0x80] },
        { at: 5, type: 'uint16', quantity: 'bin.distance', scale: 0.1 },
        { at: 8, type: 'float32', order: 'le', quantity: 'dev.longitude' },
        { at: 12, type: 'float32', order: 'le', quantity: 'dev.latitude' },
        { at: 16, type: 'int8', quantity: 'bin.temp' },
        { at: 18, type: 'uint8', quantity: 'bin.tilt' },
        { at: 19, ...alarms[0] } as Step,
        ...alarms.slice(1),
        ...burning(19),
        { at: 20, type: 'uint8', ...battery },
      ],
    },
  ],
  commands: {
    'interval.set': downlink('Time between reports', { hours: integer('Interval', 1, 168, 'h') }, 3, (values) =>
      parameter(1, numberOf(values, 'hours')),
    ),
    'interval.detection': downlink(
      'Time between measurements',
      { minutes: integer('Interval', 1, 60, 'min') },
      3,
      (values) => parameter(8, numberOf(values, 'minutes')),
    ),
    'threshold.full': downlink(
      'Distance at which the bin is full',
      { distance: integer('Distance', 15, 255, 'cm') },
      3,
      (values) => parameter(2, numberOf(values, 'distance')),
    ),
    'threshold.fire': downlink(
      'Temperature that means fire',
      { temperature: integer('Temperature', 0, 255, 'Cel') },
      3,
      (values) => parameter(3, numberOf(values, 'temperature')),
    ),
    'threshold.tilt': downlink('Angle that means a fall', { angle: integer('Angle', 15, 90, 'deg') }, 3, (values) =>
      parameter(4, numberOf(values, 'angle')),
    ),
    'tilt.switch': downlink('Watch the tilt', { enabled: flag('Enabled') }, 3, ({ enabled }) =>
      parameter(9, enabled ? 0x0a : 0x09),
    ),
    'range.set': downlink(
      'Range of the ultrasonic sensor',
      { range: choice('Range', ['2 m', '5 m']) },
      3,
      ({ range }) => parameter(9, range === '2 m' ? 0x07 : 0x13),
    ),
  },
});
