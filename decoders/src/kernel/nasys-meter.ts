import type { Step } from './payload-layout.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** From here on: the meter was not read. */
const AGE_UNKNOWN = 254;

/** An age in a byte: minutes, from 60 quarters of an hour, from 156 days, from 200 weeks, 253 a year; 255 not known. */
export const nasysAge: readonly Step[] = [
  { type: 'uint8', name: 'ageCode' },
  ...[
    { from: 0, to: 60, each: 1 },
    { from: 60, to: 156, each: 15 },
    { from: 156, to: 200, each: DAY_MINUTES },
    { from: 200, to: 253, each: 7 * DAY_MINUTES },
    { from: 253, to: 254, each: 365 * DAY_MINUTES },
  ].map(({ from, to, each }): Step => {
    // 253 stands for one of its unit, the first of the other steps for none
    const constant = each * (from === 253 ? 1 - from : -from);
    return {
      when: { name: 'ageCode', atLeast: from, below: to },
      steps: [{ let: 'age', be: { constant, terms: [{ name: 'ageCode', times: each }] } }],
    };
  }),
];

/** What was read from the meter some time ago is told as of then; the age is rounded to its step. Of no known age, nothing. */
export function nasysReadThen(steps: readonly Step[]): readonly Step[] {
  return [{ when: { name: 'ageCode', below: AGE_UNKNOWN }, steps: [readThen(steps)] }];
}

function readThen(steps: readonly Step[]): Step {
  return {
    when: { name: 'age', not: 0 },
    steps: [
      {
        sample: {
          from: 'reception',
          minusMs: { terms: [{ name: 'age', times: MINUTE_MS }] },
          toleranceMs: 15 * MINUTE_MS,
        },
        steps,
      },
    ],
    otherwise: steps,
  };
}

/** Of the device: months of battery, its voltage, temperature (now, least, most), what it hears of the network. */
export const nasysStatus: readonly Step[] = [
  { skip: 1 },
  { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 0.01, offset: 1.5 },
  { type: 'int8', quantity: 'dev.temp' },
  { skip: 1 },
  { type: 'uint8', quantity: 'dev.rssi', scale: -1 },
  { type: 'uint8', bits: [0, 4], quantity: 'dev.snr', scale: 2, offset: -20 },
];
