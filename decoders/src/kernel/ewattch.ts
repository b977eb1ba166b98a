import type { ChannelSpec, Layout, Step } from './payload-layout.ts';

const FROM_ONE: ChannelSpec = { from: 'place', plus: 1 };
const PHASE: ChannelSpec = { from: 'place', map: { 0: 'L1', 1: 'L2', 2: 'L3' }, plus: 1 };
const NO_CHANNEL: ChannelSpec = { from: 'place', map: { 0: '' }, plus: 1 };

/** One value for each clamp; their place is that of the first, and the number in the row. */
function each(times: number | { name: string }, value: Step): Step {
  return {
    repeat: times,
    index: 'row',
    steps: [{ let: 'place', be: { terms: [{ name: 'first' }, { name: 'row' }] } }, value],
  };
}

const charge: Step = { type: 'uint24', quantity: 'elec.charge', channel: FROM_ONE, scale: 0.01 };
const current: Step = { type: 'uint24', quantity: 'elec.current', channel: FROM_ONE, scale: 0.001 };
const energy = (quantity: string): Step => {
  return each({ name: 'clamps' }, { type: 'uint24', quantity, channel: FROM_ONE, scale: 10 });
};
const power = (quantity: string): Step => {
  return each({ name: 'clamps' }, { type: 'int24', quantity, channel: FROM_ONE });
};

/** What an energy object tells, by its code; powers have a sign, which the maker's codec forgets. */
const ENERGY: Readonly<Record<number, readonly Step[]>> = {
  0: [each({ name: 'clamps' }, charge)],
  1: [each({ name: 'clamps' }, current)],
  2: [each({ name: 'clamps' }, charge), each({ name: 'clamps' }, current)],
  3: [energy('elec.import')],
  4: [power('elec.power')],
  5: [energy('elec.export')],
  6: [energy('elec.reactive.import')],
  7: [energy('elec.reactive.export')],
  8: [power('elec.reactive')],
  9: [energy('elec.apparentEnergy')],
  10: [each({ name: 'clamps' }, { type: 'uint16', quantity: 'elec.voltage', channel: PHASE, scale: 0.1 })],
  11: [power('elec.apparent')],
  12: [each({ name: 'clamps' }, { type: 'uint16', quantity: 'elec.freq', channel: NO_CHANNEL, scale: 0.01 })],
};

const FULL = 2 ** 24;
/** Clamps count in 24 bits, hundredths of an ampere-hour and tens of watt-hours. */
export const EWATTCH_ROLLS_OVER_AT = {
  'elec.charge': FULL / 100,
  'elec.import': 10 * FULL,
  'elec.export': 10 * FULL,
  'elec.reactive.import': 10 * FULL,
  'elec.reactive.export': 10 * FULL,
  'elec.apparentEnergy': 10 * FULL,
} as const;

/** Objects of all products, by type: clamps first. */
export const EWATTCH_CLAMPS: Readonly<Record<number, readonly Step[]>> = {
  64: [
    { type: 'uint8', peek: true, bits: [4, 4], name: 'clamps' },
    { type: 'uint8', bits: [0, 4], name: 'measure' },
    { choose: 'measure', cases: ENERGY, otherwise: 'stop' },
  ],
  72: [each(12, charge)],
};

/**
 * Frames of Ewattch: kind, length of the rest, then objects of a byte each — an error, the type, whether a byte of socket
 * and channel follows — and a value, little-endian. The frame of status tells battery and period.
 */
export function ewattchLayouts(objects: Readonly<Record<number, readonly Step[]>>): Layout[] {
  return [
    {
      ports: 'any',
      length: [4, 242],
      when: { byte: 0, equals: 0 },
      order: 'le',
      lengthAt: { at: 1, plus: 2 },
      steps: [
        { skip: 2 },
        { let: 'errors', be: { terms: [] } },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', peek: true, bits: [7, 1], name: 'failed' },
            { type: 'uint8', peek: true, bits: [0, 1], name: 'placed' },
            { type: 'uint8', bits: [1, 6], name: 'half' },
            { let: 'object', be: { terms: [{ name: 'half', times: 2 }] } },
            { let: 'first', be: { terms: [] } },
            // the socket, in the upper three bits, has 32 channels
            { when: { name: 'placed', equals: 1 }, steps: [{ type: 'uint8', name: 'first' }] },
            { let: 'place', be: { terms: [{ name: 'first' }] } },
            { let: 'errors', be: { terms: [{ name: 'errors' }, { name: 'failed' }] } },
            {
              when: { name: 'failed', equals: 1 },
              // the code of the error
              steps: [{ skip: 1 }],
              otherwise: [{ choose: 'object', cases: objects, otherwise: 'stop' }],
            },
          ],
        },
        {
          when: { name: 'errors', equals: 0 },
          steps: [{ constant: 'ok', quantity: 'dev.fault' }],
          otherwise: [{ constant: 'fault', quantity: 'dev.fault' }],
        },
      ],
    },
    {
      ports: 'any',
      length: [4, 242],
      when: { byte: 0, equals: 1 },
      order: 'le',
      lengthAt: { at: 1, plus: 2 },
      steps: [
        { skip: 2 },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', bits: [1, 6], name: 'half' },
            {
              choose: 'half',
              cases: {
                // kind of product, version, battery, period in tens of seconds
                0: [{ skip: 1 }],
                1: [{ skip: 2 }],
                2: [{ type: 'uint8', quantity: 'dev.battery' }],
                4: [{ type: 'uint16', quantity: 'dev.interval', scale: 10 }],
              },
              otherwise: 'stop',
            },
          ],
        },
      ],
    },
  ];
}
