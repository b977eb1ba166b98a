import { lorawan } from '../../kernel/lorawan.ts';
import type { FieldType, Layout, Step } from '../../kernel/payload-layout.ts';

/** Values of an SML file have one to eight bytes; counters are unsigned, all else has a sign. */
const SIGNED: readonly FieldType[] = ['int8', 'int16', 'int24', 'int32', 'int40', 'int48'];
const UNSIGNED: readonly FieldType[] = ['uint8', 'uint16', 'uint24', 'uint32', 'uint40', 'uint48'];
const LONGEST = 8;
const TENS = Object.fromEntries([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4].map((power) => [power, 10 ** power]));

function value(types: readonly FieldType[], longest: FieldType): Step {
  const each = types.map((type, index): [number, readonly Step[]] => [index + 1, [{ type, name: 'raw' }]]);
  return { choose: 'bytes', cases: { ...Object.fromEntries(each), [LONGEST]: [{ type: longest, name: 'raw' }] } };
}

/** OBIS codes (IEC 62056-61) of electricity, the parts C, D and E as one number of three bytes. */
const code = (c: number, d: number, e = 0): number => c * 0x1_0000 + d * 0x100 + e;
const is = (quantity: string, channel?: string): readonly Step[] => [
  { value: 'raw', quantity, ...(channel === undefined ? {} : { channel }), times: { name: 'exponent', map: TENS } },
];
const COUNTERS = [code(1, 8), code(1, 8, 1), code(1, 8, 2), code(2, 8), code(2, 8, 1), code(2, 8, 2)];
const MEANINGS: Readonly<Record<number, readonly Step[]>> = {
  [code(1, 8)]: is('elec.import'),
  [code(1, 8, 1)]: is('elec.import', 'T1'),
  [code(1, 8, 2)]: is('elec.import', 'T2'),
  [code(2, 8)]: is('elec.export'),
  [code(2, 8, 1)]: is('elec.export', 'T1'),
  [code(2, 8, 2)]: is('elec.export', 'T2'),
  [code(16, 7)]: is('elec.power'),
  [code(36, 7)]: is('elec.power', 'L1'),
  [code(56, 7)]: is('elec.power', 'L2'),
  [code(76, 7)]: is('elec.power', 'L3'),
  [code(32, 7)]: is('elec.voltage', 'L1'),
  [code(52, 7)]: is('elec.voltage', 'L2'),
  [code(72, 7)]: is('elec.voltage', 'L3'),
  [code(31, 7)]: is('elec.current', 'L1'),
  [code(51, 7)]: is('elec.current', 'L2'),
  [code(71, 7)]: is('elec.current', 'L3'),
  [code(14, 7)]: is('elec.freq'),
};

const values: Layout = {
  ports: [3],
  length: [7, 222],
  order: 'le',
  steps: [
    {
      repeat: 'rest',
      steps: [
        // medium and channel of the code: electricity
        { skip: 2 },
        { type: 'uint24', order: 'be', name: 'code' },
        { skip: 1 },
        { type: 'uint8', name: 'bytes' },
        {
          when: { name: 'bytes', not: 0 },
          steps: [
            {
              when: { name: 'code', equals: COUNTERS },
              steps: [value(UNSIGNED, 'uint64')],
              otherwise: [value(SIGNED, 'int64')],
            },
            { type: 'int8', name: 'exponent' },
            { choose: 'code', cases: MEANINGS, otherwise: [] },
          ],
        },
      ],
    },
  ],
};

/** Reads German meters by their infrared port; which of their values it sends is set at the device. */
export const edl21 = lorawan({
  id: 'lobaro/edl21',
  version: 1,
  vendor: 'Lobaro',
  title: 'Electricity meter bridge EDL21',
  domain: 'electricity',
  source: 'https://github.com/Lobaro/docs, docs/iot-devices/edl21-opto-lorawan/index.md: reference decoder and example',
  oneSource: true,
  uplinks: [
    values,
    { ports: [3], length: 1, silent: 'the meter gave no values' },
    {
      ports: [1],
      length: [8, 16],
      steps: [
        { skip: 4 },
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 },
        { type: 'int16', quantity: 'dev.temp', scale: 0.1 },
      ],
    },
  ],
});
