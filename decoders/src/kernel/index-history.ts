import { RECEPTION, type Step } from './payload-layout.ts';

const MINUTE_MS = 60_000;
/** Steps are counted from the reception: the time on the way makes one moment differ by so much. */
export const STEP_TOLERANCE_MS = 20_000;
/** Increments from here on are codes of the reader: not known, overflow, lost. */
const FIRST_CODE = 0xfffb;
const SIGN_BIT = 0x8000;
const ALL_BITS = -1;

/** What an increment of two bytes may be besides a number. */
export type IncrementKind = 'plain' | 'withCodes';

/** Reads one; afterwards `known` says whether it is a number, `increment` what it adds. `signed` is 1 for signed ones. */
function increment(kind: IncrementKind, signed: string): readonly Step[] {
  const plain: readonly Step[] = [
    { type: 'uint16', name: 'increment' },
    { let: 'known', be: { constant: 1, terms: [] } },
  ];
  if (kind === 'plain') return plain;
  return [
    ...plain,
    {
      when: { name: 'increment', atLeast: FIRST_CODE },
      steps: [
        { let: 'known', be: { terms: [] } },
        { let: 'increment', be: { terms: [] } },
      ],
      otherwise: [
        {
          when: {
            all: [
              { name: 'increment', atLeast: SIGN_BIT },
              { name: signed, equals: 1 },
            ],
          },
          steps: [{ let: 'increment', be: { constant: -2 * SIGN_BIT, terms: [{ name: 'increment' }] } }],
        },
      ],
    },
  ];
}

/** The name under which a reading of the history finds the index of that moment. */
export const INDEX_THEN = 'indexThen';

export interface IndexSeries {
  /** The name of the index at the end of the last step; all bits set where it is not known. */
  index: string;
  kind: IncrementKind;
  /** The name of a flag. */
  signed?: string;
  /** Readings of `INDEX_THEN`. */
  reading: readonly Step[];
}

const sumOf = ({ index }: IndexSeries): string => `${index}Sum`;
const gapsOf = ({ index }: IndexSeries): string => `${index}Gaps`;

/** One step more or less of those of which nothing is known. */
const countGap = (series: IndexSeries, times: 1 | -1): Step => {
  const gaps = gapsOf(series);
  return { let: gaps, be: { constant: times, terms: [{ name: gaps }, { name: 'known', times: -times }] } };
};

/** Goes through the increments, `times` of them or all that are left, and adds them up; `count` becomes their number. */
export function sumIncrements(series: IndexSeries, times: 'rest' | { name: string } = 'rest'): readonly Step[] {
  const sum = sumOf(series);
  return [
    { let: sum, be: { terms: [] } },
    { let: gapsOf(series), be: { terms: [] } },
    { let: 'count', be: { terms: [] } },
    {
      repeat: times,
      steps: [
        ...increment(series.kind, series.signed ?? 'signed'),
        countGap(series, 1),
        { let: sum, be: { terms: [{ name: sum }, { name: 'increment' }] } },
        { let: 'count', be: { constant: 1, terms: [{ name: 'count' }] } },
      ],
    },
  ];
}

/** Once more through them: what the index was at the beginning of each step of `step` minutes, as a sample. */
export function tellHistory(series: IndexSeries): readonly Step[] {
  return [
    { let: 'left', be: { terms: [{ name: 'count' }] } },
    { let: INDEX_THEN, be: { terms: [{ name: series.index }, { name: sumOf(series), times: -1 }] } },
    {
      repeat: { name: 'count' },
      steps: [
        ...increment(series.kind, series.signed ?? 'signed'),
        countGap(series, -1),
        {
          // what the index was before a step of which nothing is known cannot be told back
          when: {
            all: [
              { name: 'known', equals: 1 },
              { name: gapsOf(series), equals: 0 },
              { name: series.index, not: ALL_BITS },
            ],
          },
          steps: [
            {
              sample: {
                from: RECEPTION,
                minusMs: { terms: [{ name: 'left', times: MINUTE_MS, by: 'step' }] },
                toleranceMs: STEP_TOLERANCE_MS,
              },
              steps: series.reading,
            },
          ],
        },
        { let: INDEX_THEN, be: { terms: [{ name: INDEX_THEN }, { name: 'increment' }] } },
        { let: 'left', be: { constant: -1, terms: [{ name: 'left' }] } },
      ],
    },
  ];
}

/** Back to a byte that was read before: the cursor stands behind it. */
export function backTo(offset: number): Step {
  return { at: offset - 1, type: 'uint8', name: 'passed' };
}
