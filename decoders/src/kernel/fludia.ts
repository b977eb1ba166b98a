import {
  backTo,
  INDEX_THEN,
  type IndexSeries,
  STEP_TOLERANCE_MS,
  sumIncrements,
  tellHistory,
} from './index-history.ts';
import { type Layout, type NamedValue, RECEPTION, type Step } from './payload-layout.ts';

const MINUTE_MS = 60_000;
/** Steps of one firmware without a setting for them, by the header of their message. */
const FIXED_STEPS_MIN = [10, 15, 60] as const;
/** Messages of these firmwares tell what was measured up to so long before. */
const DELAY_OF_MINUTES_MS = 10 * MINUTE_MS;

/** How one of Fludia's readers tells its index: numbers of the messages, and where the technical ones have it. */
export interface FludiaMessages {
  /** Firmware with settings (AP): index now, then what each step before added. */
  periodic: number;
  technical: { header: number; length: number; steps: readonly Step[] };
  /** Firmware with fixed steps (NC): headers for 10 min, 15 min and an hour, then its technical message. */
  fixed: readonly [number, number, number];
  fixedTechnical: readonly { header: number; length: number; steps: readonly Step[] }[];
  /** Readings of the index, which stands under the name `index`. */
  reading: readonly NamedValue[];
  /** Start and test: header and the lengths that it has. */
  silent: Readonly<Record<number, readonly number[]>>;
  /** Firmware that tells the mean power of each of 20 minutes. */
  minutes?: number;
}

/** Firmware with fixed steps sends the lower 24 bits of its index; those above are of the last technical message. */
const INDEX_HIGH = 'indexHigh';
export const FLUDIA_WHOLE_INDEX: readonly Step[] = [
  { type: 'uint8', peek: true, name: INDEX_HIGH, remember: INDEX_HIGH },
  { type: 'uint32', name: 'index' },
];

export const FLUDIA_BATTERY: Step = {
  type: 'uint8',
  peek: true,
  bits: [0, 1],
  quantity: 'dev.batteryState',
  states: { 0: 'ok', 1: 'low' },
};

/** The index of earlier moments; one that rolled over meanwhile cannot be told back. */
function seriesOf(reading: readonly NamedValue[]): IndexSeries {
  const then = reading.map((step): Step => ({ ...step, value: INDEX_THEN }));
  return { index: 'index', kind: 'plain', reading: [{ when: { name: INDEX_THEN, atLeast: 0 }, steps: then }] };
}

/** The index now, and what each step of `step` minutes before it added, from the byte `first` on. */
export function fludiaHistory(first: number, reading: readonly NamedValue[]): readonly Step[] {
  const series = seriesOf(reading);
  return [...reading, ...sumIncrements(series), backTo(first), ...tellHistory(series)];
}

/** Header, minutes of a step, index, what each step before added. */
export function fludiaPeriodic(header: number, reading: readonly NamedValue[]): Layout {
  return {
    ports: 'any',
    length: [8, 46],
    when: { byte: 0, equals: header },
    steps: [
      { skip: 1 },
      { type: 'uint8', name: 'step' },
      { type: 'uint32', name: 'index' },
      ...fludiaHistory(6, reading),
    ],
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

/** Readers of Fludia, of either firmware: index, steps before it as samples; a technical message a day; start and test. */
export function fludiaLayouts(messages: FludiaMessages): Layout[] {
  const { periodic, technical, fixed, fixedTechnical, reading, silent, minutes } = messages;
  return [
    fludiaPeriodic(periodic, reading),
    ...fixed.map((header, index): Layout => {
      return {
        ports: 'any',
        length: 20,
        when: { byte: 0, equals: header },
        steps: [
          { skip: 1 },
          { let: 'step', be: { constant: FIXED_STEPS_MIN[index] ?? 0, terms: [] } },
          { recall: INDEX_HIGH, name: INDEX_HIGH, otherwise: 0 },
          { type: 'uint24', name: 'index', plus: [{ name: INDEX_HIGH, times: 2 ** 24 }] },
          ...fludiaHistory(4, reading),
        ],
      };
    }),
    ...(minutes === undefined ? [] : [fludiaMinutes(minutes, reading)]),
    ...[technical, ...fixedTechnical].map(({ header, length, steps }): Layout => {
      return { ports: 'any', length, when: { byte: 0, equals: header }, steps: [...steps, ...reading] };
    }),
    ...fludiaSilent(silent),
  ];
}

const MINUTES = 20;

/** The mean power of each of twenty minutes, of which the last ended ten minutes before. */
export function fludiaMinutes(header: number, reading: readonly NamedValue[]): Layout {
  return {
    ports: 'any',
    length: 45,
    when: { byte: 0, equals: header },
    steps: [
      { skip: 1 },
      { type: 'uint32', name: 'index' },
      ...reading,
      { let: 'left', be: { constant: MINUTES, terms: [] } },
      {
        repeat: MINUTES,
        steps: [
          {
            sample: {
              from: RECEPTION,
              minusMs: { constant: DELAY_OF_MINUTES_MS, terms: [{ name: 'left', times: MINUTE_MS }] },
              toleranceMs: STEP_TOLERANCE_MS,
            },
            steps: [{ type: 'uint16', quantity: 'elec.power' }],
          },
          { let: 'left', be: { constant: -1, terms: [{ name: 'left' }] } },
        ],
      },
    ],
  };
}
