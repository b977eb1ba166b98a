import { backTo, INDEX_THEN, type IndexSeries, sumIncrements, tellHistory } from './index-history.ts';
import type { Condition, Layout, Step } from './payload-layout.ts';

/** What a meter tells by its infrared port: OBIS 16.8.0, 1.8.0 or 2.8.0. The balance has a sign, the others count. */
const KINDS = { balance: 0, drawn: 1, delivered: 2 } as const;
/** Where a reader says it for itself, in its technical message. */
const MEASURES: Readonly<Record<number, number>> = {
  0: KINDS.drawn,
  1: KINDS.balance,
  2: KINDS.delivered,
  3: KINDS.drawn,
};
const UNKNOWN = -1;
const FROM_FLUDIA = 0xf0;

const unit = { times: { name: 'unit' } };
const counter = (value: string, quantity: string): readonly Step[] => [
  { when: { name: value, atLeast: 0 }, steps: [{ value, quantity, ...unit }] },
];
const byKind = (value: string): readonly Step[] => [
  {
    choose: 'kind',
    cases: {
      [KINDS.balance]: [{ value, quantity: 'elec.balance', ...unit }],
      [KINDS.drawn]: counter(value, 'elec.import'),
      [KINDS.delivered]: counter(value, 'elec.export'),
    },
  },
];
const known = (name: string, steps: readonly Step[]): Step => ({ when: { name, not: UNKNOWN }, steps });

/** Firmware with settings: headers 0x71… in tenths of a Wh, 0x76… in Wh. Firmware without: 0x2E… behind 0xF0, in tenths. */
interface Firmware {
  /** Bytes before the header. */
  before: 0 | 1;
  /** Header of the balance; those of 1.8.0 and 2.8.0 follow it. */
  first: number;
  /** Header of both counters in one message. */
  both: number;
  wattHours: number;
  lengths: { single: number | readonly [number, number]; both: number | readonly [number, number] };
}

const header = ({ before }: Firmware, headers: readonly number[]): Condition => {
  const own = { byte: before, equals: headers };
  return before === 0 ? own : { all: [{ byte: 0, equals: FROM_FLUDIA }, own] };
};

const single: IndexSeries = { index: 'index', kind: 'withCodes', reading: byKind(INDEX_THEN) };

function singleLayout(firmware: Firmware, length: number | readonly [number, number]): Layout {
  const { before, first, wattHours } = firmware;
  return {
    ports: 'any',
    length,
    when: header(firmware, [first, first + 1, first + 2]),
    steps: [
      { skip: before },
      { type: 'uint8', name: 'header' },
      { let: 'kind', be: { constant: -first, terms: [{ name: 'header' }] } },
      { let: 'unit', be: { constant: wattHours, terms: [] } },
      { type: 'uint8', name: 'step' },
      { type: 'uint8', name: 'signed' },
      { type: 'int64', name: 'index' },
      known('index', byKind('index')),
      ...sumIncrements(single),
      backTo(before + 11),
      ...tellHistory(single),
    ],
  };
}

const drawn: IndexSeries = {
  index: 'drawn',
  kind: 'withCodes',
  signed: 'drawnSigned',
  reading: counter(INDEX_THEN, 'elec.import'),
};
const delivered: IndexSeries = {
  index: 'delivered',
  kind: 'withCodes',
  signed: 'deliveredSigned',
  reading: counter(INDEX_THEN, 'elec.export'),
};

function bothLayout(firmware: Firmware, length: number | readonly [number, number]): Layout {
  const { before, both, wattHours } = firmware;
  const firstIncrement = before + 11;
  return {
    ports: 'any',
    length,
    when: header(firmware, [both]),
    steps: [
      { skip: before + 1 },
      { let: 'unit', be: { constant: wattHours, terms: [] } },
      { type: 'uint8', name: 'step' },
      { type: 'uint8', peek: true, bits: [0, 1], name: 'drawnSigned' },
      { type: 'uint8', bits: [1, 1], name: 'deliveredSigned' },
      { type: 'int64', name: 'drawn' },
      // the increments of one, the index of the other and its increments: as many as two bytes of each leave eight
      { let: 'steps', be: { terms: [] } },
      {
        repeat: 'rest',
        until: 8,
        steps: [{ skip: 4 }, { let: 'steps', be: { constant: 1, terms: [{ name: 'steps' }] } }],
      },
      backTo(firstIncrement),
      ...sumIncrements(drawn, { name: 'steps' }),
      { type: 'int64', name: 'delivered' },
      known('drawn', counter('drawn', 'elec.import')),
      known('delivered', counter('delivered', 'elec.export')),
      ...sumIncrements(delivered, { name: 'steps' }),
      backTo(firstIncrement),
      ...tellHistory(drawn),
      { skip: 8 },
      ...tellHistory(delivered),
    ],
  };
}

const AP_LENGTHS = { single: [13, 51], both: [23, 51] } as const;
const FIRMWARES: readonly Firmware[] = [
  { before: 0, first: 0x71, both: 0x74, wattHours: 0.1, lengths: AP_LENGTHS },
  { before: 0, first: 0x76, both: 0x79, wattHours: 1, lengths: AP_LENGTHS },
  // eight steps of ten minutes and more …
  { before: 1, first: 0x2e, both: 0x35, wattHours: 0.1, lengths: { single: 28, both: 52 } },
];
/** … or fifteen of a minute. */
const MINUTES_LENGTH = 42;

/** A message a day of those meters: what is measured, the battery where it is told, the index. */
const technical: readonly Layout[] = [
  { name: 0x3a, length: 21, measureAt: 5, batteryAt: 9, indexAt: 13, wattHours: 0.1 },
  { name: 0x3b, length: 21, measureAt: 5, batteryAt: 9, indexAt: 13, wattHours: 1 },
  { name: 0x2a, length: 18, measureAt: 3, batteryAt: undefined, indexAt: 10, wattHours: 0.1 },
].map(({ name, length, measureAt, batteryAt, indexAt, wattHours }): Layout => {
  const battery: readonly Step[] =
    batteryAt === undefined
      ? []
      : [
          {
            at: batteryAt,
            type: 'uint8',
            bits: [0, 1],
            quantity: 'dev.batteryState',
            states: { 0: 'ok', 1: 'low' },
          },
        ];
  return {
    ports: 'any',
    length,
    when: {
      all: [
        { byte: 0, equals: FROM_FLUDIA },
        { byte: 1, equals: name },
      ],
    },
    steps: [
      { at: measureAt, type: 'uint8', name: 'measure' },
      ...battery,
      { let: 'unit', be: { constant: wattHours, terms: [] } },
      { at: indexAt, type: 'int64', name: 'index' },
      {
        choose: 'measure',
        cases: Object.fromEntries(
          Object.entries(MEASURES).map(([measure, kind]): [string, readonly Step[]] => [
            measure,
            [{ let: 'kind', be: { constant: kind, terms: [] } }],
          ]),
        ),
      },
      known('index', byKind('index')),
    ],
  };
});

/** Messages about meters with an infrared port, of all firmwares. */
export const infraredLayouts: readonly Layout[] = [
  ...FIRMWARES.flatMap((firmware) => [
    singleLayout(firmware, firmware.lengths.single),
    bothLayout(firmware, firmware.lengths.both),
    ...(firmware.before === 1 ? [singleLayout(firmware, MINUTES_LENGTH)] : []),
  ]),
  ...technical,
];
