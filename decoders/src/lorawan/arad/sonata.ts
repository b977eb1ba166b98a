import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const LOG = 0x06;
const BEACON = 0x80;
const STANDARD = [0x9b, 0x9d];
/** Counts above are errors: no line, overflow, meter not read, digit not read. */
const ERRORS = 0x8000;
const MINUTE_MS = 60_000;

const flag = (bit: number, quantity: string, more: { alarm?: readonly number[] } = {}): Step => ({
  type: 'uint16',
  peek: true,
  bits: [bit, 1],
  quantity,
  states: NO_YES,
  ...more,
});
const alarms: readonly Step[] = [
  flag(0, 'water.tamper', { alarm: [1] }),
  flag(2, 'water.backflow'),
  flag(3, 'water.leak', { alarm: [1] }),
  flag(8, 'water.freeze', { alarm: [1] }),
  flag(11, 'water.burst', { alarm: [1] }),
  flag(12, 'water.dry'),
  { type: 'uint16', peek: true, bits: [5, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
  // the wire to the meter (bit 1), the system (7), the reading of the meter (14)
  { type: 'uint16', name: 'alarms' },
  {
    when: { any: [1, 7, 14].map((bit) => ({ name: 'alarms', bits: [bit, 1] as const, equals: 1 })) },
    steps: [{ constant: 'fault', quantity: 'dev.fault' }],
    otherwise: [{ constant: 'ok', quantity: 'dev.fault' }],
  },
];

/** A power of ten in the lower half of a byte, 7 for a litre. */
function litresOf(name: string): readonly Step[] {
  const powers = [-3, -2, -1, 0, 1, 2, 3].map((power): [number, Step[]] => [
    power + 7,
    [{ let: name, be: { constant: 10 ** power, terms: [] } }],
  ]);
  return [
    { type: 'uint8', bits: [0, 4], name: `${name}Power` },
    { choose: `${name}Power`, cases: Object.fromEntries(powers) },
  ];
}

const volume: readonly Step[] = [
  { type: 'uint32', name: 'dial' },
  ...litresOf('litres'),
  { let: 'volume', be: { terms: [{ name: 'dial', by: 'litres' }] } },
];

/** Line by line backwards: what was used since the line before is taken off; what follows an error is not known. */
const logged: readonly Step[] = [
  { type: 'uint16', name: 'used' },
  { when: { name: 'used', atLeast: ERRORS }, steps: [{ let: 'known', be: { constant: 0, terms: [] } }] },
  { let: 'age', be: { terms: [{ name: 'age' }, { name: 'period' }] } },
  {
    when: { name: 'known', equals: 1 },
    steps: [
      { let: 'volume', be: { terms: [{ name: 'volume' }, { name: 'used', times: -1, by: 'litresUsed' }] } },
      {
        sample: {
          from: 'reception',
          minusMs: { terms: [{ name: 'age', times: MINUTE_MS }] },
          toleranceMs: MINUTE_MS / 2,
        },
        steps: [{ value: 'volume', quantity: 'water.volume' }],
      },
    ],
  },
];

/** Ultrasonic water meter and the maker's modules that send the same. */
export const sonata = lorawan({
  id: 'arad/sonata',
  version: 1,
  vendor: 'Arad',
  title: 'Ultrasonic water meter Sonata',
  domain: 'water',
  source: 'examples of actility/device-catalog, vendors/arad/drivers/sonata (the only source)',
  uplinks: [
    {
      ports: [1],
      length: 11,
      when: { byte: 0, equals: STANDARD },
      steps: [{ skip: 2 }, ...alarms, { skip: 2 }, ...volume, { value: 'volume', quantity: 'water.volume' }],
    },
    {
      // the volume now, then what each period before it used
      ports: [1],
      length: [20, 210],
      when: { byte: 0, equals: LOG },
      steps: [
        { skip: 4 },
        ...volume,
        { type: 'uint16', name: 'age' },
        { type: 'uint16', name: 'period' },
        {
          sample: {
            from: 'reception',
            minusMs: { terms: [{ name: 'age', times: MINUTE_MS }] },
            toleranceMs: MINUTE_MS / 2,
          },
          steps: [{ value: 'volume', quantity: 'water.volume' }],
        },
        ...alarms,
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 },
        ...litresOf('litresUsed'),
        { let: 'known', be: { constant: 1, terms: [] } },
        { repeat: 'rest', steps: logged, until: 1 },
      ],
    },
    {
      // its own time; the volumes of six hours and five weeks are left out
      ports: [1],
      length: 50,
      when: { byte: 0, equals: BEACON },
      steps: [
        { skip: 4 },
        { type: 'int8', quantity: 'dev.rssi' },
        { type: 'uint32', secondsSince: 0 },
        ...volume,
        { value: 'volume', quantity: 'water.volume' },
        ...alarms,
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 },
      ],
    },
  ],
});
