import { backTo, INDEX_THEN, type IndexSeries, sumIncrements, tellHistory } from './index-history.ts';
import type { Layout, Step } from './payload-layout.ts';

/** An index of 32 bits counts Wh; one that rolled over meanwhile cannot be told back. */
export const MECHANICAL_INDEX: IndexSeries = {
  index: 'index',
  kind: 'plain',
  reading: [{ when: { name: INDEX_THEN, atLeast: 0 }, steps: [{ value: INDEX_THEN, quantity: 'elec.import' }] }],
};
const index: Step = { type: 'uint32', name: 'index', quantity: 'elec.import' };

/** The history from the byte behind the index on. */
function history(first: number): readonly Step[] {
  return [...sumIncrements(MECHANICAL_INDEX), backTo(first), ...tellHistory(MECHANICAL_INDEX)];
}

/** Header, minutes of a step, index, what each step before added. */
export function periodicMechanical(header: number): Layout {
  return {
    ports: 'any',
    length: [8, 46],
    when: { byte: 0, equals: header },
    steps: [{ skip: 1 }, { type: 'uint8', name: 'step' }, index, ...history(6)],
  };
}

/** The same of firmware whose header says the minutes of a step; always eight of them. */
export function fixedMechanical(header: number, minutes: number): Layout {
  return {
    ports: 'any',
    length: 21,
    when: { byte: 0, equals: header },
    steps: [{ skip: 1 }, { let: 'step', be: { constant: minutes, terms: [] } }, index, ...history(5)],
  };
}

/** A message a day: battery and index. */
export function technicalMechanical(header: number): Layout {
  return {
    ports: 'any',
    length: 16,
    when: { byte: 0, equals: header },
    steps: [{ skip: 7 }, { type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' }, index],
  };
}

/** Start and tests: header and the lengths that it has. */
export function fludiaSilent(lengths: Readonly<Record<number, readonly number[]>>): Layout[] {
  return Object.entries(lengths).flatMap(([header, each]) =>
    each.map((length): Layout => {
      return { ports: 'any', length, when: { byte: 0, equals: Number(header) }, silent: 'start or test' };
    }),
  );
}
