import { type Layout, type NamedValue, RECEPTION, type Step } from './payload-layout.ts';

const MINUTE_MS = 60_000;
/** Steps of one firmware without a setting for them, by the header of their message. */
const FIXED_STEPS_MIN = [10, 15, 60] as const;
/** Messages of these firmwares tell what was measured up to so long before. */
const DELAY_OF_MINUTES_MS = 10 * MINUTE_MS;
/** The steps are counted from the reception: the time on the way makes them differ by so much. */
const TOLERANCE_MS = 20_000;

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
  minutes?: { header: number; power: Step };
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

/** The index that a step began with is that of now less what came since: a sum first, then a sample for each. */
function increments(first: number, reading: readonly NamedValue[]): readonly Step[] {
  const increment: Step = { type: 'uint16', name: 'increment' };
  return [
    { let: 'left', be: { terms: [] } },
    { let: 'begin', be: { terms: [{ name: 'index' }] } },
    {
      repeat: 'rest',
      steps: [
        increment,
        { let: 'left', be: { constant: 1, terms: [{ name: 'left' }] } },
        { let: 'begin', be: { terms: [{ name: 'begin' }, { name: 'increment', times: -1 }] } },
      ],
    },
    // back to the first of them
    { at: first - 1, type: 'uint8', name: 'before' },
    {
      repeat: 'rest',
      steps: [
        {
          // an index that rolled over meanwhile cannot be told back
          when: { name: 'begin', atLeast: 0 },
          steps: [
            {
              sample: {
                from: RECEPTION,
                minusMs: { terms: [{ name: 'left', times: MINUTE_MS, by: 'step' }] },
                toleranceMs: TOLERANCE_MS,
              },
              steps: reading.map((step) => ({ ...step, value: 'begin' })),
            },
          ],
        },
        increment,
        { let: 'left', be: { constant: -1, terms: [{ name: 'left' }] } },
        { let: 'begin', be: { terms: [{ name: 'begin' }, { name: 'increment' }] } },
      ],
    },
  ];
}

/** Readers of Fludia, of either firmware: index, steps before it as samples; a technical message a day; start and test. */
export function fludiaLayouts(messages: FludiaMessages): Layout[] {
  const { periodic, technical, fixed, fixedTechnical, reading, silent, minutes } = messages;
  return [
    {
      ports: 'any',
      length: [8, 46],
      when: { byte: 0, equals: periodic },
      steps: [
        { skip: 1 },
        { type: 'uint8', name: 'step' },
        { type: 'uint32', name: 'index' },
        ...reading,
        ...increments(6, reading),
      ],
    },
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
          ...reading,
          ...increments(4, reading),
        ],
      };
    }),
    ...(minutes ? [minutesLayout(minutes, reading)] : []),
    ...[technical, ...fixedTechnical].map(({ header, length, steps }): Layout => {
      return { ports: 'any', length, when: { byte: 0, equals: header }, steps: [...steps, ...reading] };
    }),
    ...Object.entries(silent).flatMap(([header, lengths]) =>
      lengths.map((length): Layout => {
        return { ports: 'any', length, when: { byte: 0, equals: Number(header) }, silent: 'start or test' };
      }),
    ),
  ];
}

const MINUTES = 20;

function minutesLayout({ header, power }: { header: number; power: Step }, reading: readonly NamedValue[]): Layout {
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
              toleranceMs: TOLERANCE_MS,
            },
            steps: [power],
          },
          { let: 'left', be: { constant: -1, terms: [{ name: 'left' }] } },
        ],
      },
    ],
  };
}
