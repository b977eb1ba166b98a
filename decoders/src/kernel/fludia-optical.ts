import { fludiaHistory, fludiaPeriodic } from './fludia.ts';
import type { Layout, NamedValue, Step } from './payload-layout.ts';

/** An index of 32 bits counts Wh. */
export const MECHANICAL_INDEX: readonly NamedValue[] = [{ value: 'index', quantity: 'elec.import' }];
const index: Step = { type: 'uint32', name: 'index' };

/** Header, minutes of a step, index, what each step before added. */
export function periodicMechanical(header: number): Layout {
  return fludiaPeriodic(header, MECHANICAL_INDEX);
}

/** The same of firmware whose header says the minutes of a step; always eight of them. */
export function fixedMechanical(header: number, minutes: number): Layout {
  return {
    ports: 'any',
    length: 21,
    when: { byte: 0, equals: header },
    steps: [
      { skip: 1 },
      { let: 'step', be: { constant: minutes, terms: [] } },
      index,
      ...fludiaHistory(5, MECHANICAL_INDEX),
    ],
  };
}

/** Battery and index of a message a day. */
export const TECHNICAL_MECHANICAL: readonly Step[] = [
  { skip: 7 },
  { type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
  index,
];

export function technicalMechanical(header: number): Layout {
  return {
    ports: 'any',
    length: 16,
    when: { byte: 0, equals: header },
    steps: [...TECHNICAL_MECHANICAL, ...MECHANICAL_INDEX],
  };
}
