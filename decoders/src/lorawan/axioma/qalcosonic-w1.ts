import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { MappedValue, ParsedPayload, Step } from '../../kernel/payload-layout.ts';
import { PayloadMismatch } from '../../kernel/payload-mismatch.ts';

/** The upper half of the status byte names one condition; a bit of the lower half stands for itself. */
const CONDITIONS = Object.entries({
  'water.dry': 1,
  'water.leak': 3,
  'water.backflow': 7,
  'water.freeze': 9,
  'water.burst': 11,
  'water.tamper': 13,
});
/** Six bits of which one at least is set. */
const ANY = Array.from({ length: 2 ** 6 - 1 }, (_, index) => index + 1);
const battery = { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } } as const;
const fault = { quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } } as const;

function condition([quantity, code]: [string, number]): MappedValue {
  return { quantity, states: { [code]: 'yes' }, otherwise: 'no' };
}

const status: readonly Step[] = [
  // never set: what has them is not a message of this meter
  { type: 'uint8', peek: true, bits: [0, 2], must: [0] },
  ...CONDITIONS.map((entry): Step => ({ type: 'uint8', peek: true, bits: [4, 4], ...condition(entry) })),
  { type: 'uint8', peek: true, bits: [2, 1], ...battery },
  { type: 'uint8', bits: [3, 1], ...fault },
];

const HOUR_MS = 3_600_000;
const ofThatHour: Step = {
  sample: { from: 'logged', minusMs: { terms: [{ name: 'hours', times: -HOUR_MS }] } },
  steps: [{ value: 'litres', quantity: 'water.volume' }],
};
const FIRST_MORE = 17;
const eachMore = (steps: readonly Step[]): readonly Step[] => [
  { let: 'hours', be: { terms: [] } },
  {
    repeat: 'rest',
    until: 1,
    steps: [
      { type: 'uint16', name: 'more' },
      { let: 'hours', be: { constant: 1, terms: [{ name: 'hours' }] } },
      ...steps,
    ],
  },
];
const ofTheHours: readonly Step[] = [
  {
    let: 'ahead',
    be: { terms: [{ name: 'logged' }, { name: 'hours', times: HOUR_MS }, { name: 'now', times: -1 }] },
  },
  {
    // what would end later than now was not logged by the hour
    when: { name: 'ahead', below: HOUR_MS },
    steps: [
      { at: FIRST_MORE - 1, type: 'uint8', name: 'before' },
      { let: 'hours', be: { terms: [] } },
      ofThatHour,
      ...eachMore([{ let: 'litres', be: { terms: [{ name: 'litres' }, { name: 'more' }] } }, ofThatHour]),
    ],
  },
];
const hours: readonly Step[] = [
  { type: 'uint32', secondsSince: 0, name: 'logged', timeOnly: true },
  { type: 'uint32', name: 'litres' },
  ...eachMore([]),
  // filler of M-Bus
  { when: { remaining: 1 }, steps: [{ type: 'uint8', must: [0x2f] }] },
  {
    when: {
      all: [
        { name: 'logged', atLeast: 0 },
        { name: 'now', atLeast: 0 },
      ],
    },
    steps: ofTheHours,
  },
];

const DELTAS = 23;
const DELTA_BITS = 14;

/** Volume an hour ago 23 times over and the litres of each hour since, packed in 14 bits, the least significant first. */
function enhanced(reader: ByteReader): ParsedPayload {
  reader.take(1);
  const deviceAt = reader.uint(4, 'le') * 1_000;
  const flags = reader.uint(1);
  let litres = reader.uint(4, 'le');
  let packed = 0n;
  for (const byte of [...reader.take(41)].reverse()) packed = packed * 256n + BigInt(byte);
  for (let index = 0; index < DELTAS; index++) {
    litres += Number((packed >> BigInt(index * DELTA_BITS)) & 0x3fffn);
  }
  if (packed >> BigInt(DELTAS * DELTA_BITS)) throw new PayloadMismatch('the hourly volumes have a multiplier');
  return {
    deviceAt,
    values: [
      { name: 'volume', value: litres },
      ...CONDITIONS.map(([name]) => ({ name, value: flags >> 4 })),
      { name: 'battery', value: (flags >> 2) & 1 },
      { name: 'fault', value: (flags >> 3) & 1 },
    ],
  };
}

/** Ultrasonic water meter. Its times are Unix seconds, so in UTC. */
export const qalcosonicW1 = lorawan({
  id: 'axioma/qalcosonic-w1',
  version: 2,
  changed: {
    2: {
      en: 'The hourly volumes of the day before are samples of their own time, a filler byte behind them is no error, and a message of alarm about battery or hardware is one.',
      fr: 'Les volumes horaires de la veille sont des relevés à leur propre date, un octet de bourrage à leur suite n’est pas une erreur, et un message d’alarme sur la pile ou le matériel en est une.',
    },
  },
  vendor: 'Axioma Metering',
  title: 'Ultrasonic water meter QALCOSONIC W1',
  domain: 'water',
  source:
    'Axioma Metering, W1 LoRa payload extended V01.8 (2020-04-06); examples of actility/device-catalog, vendors/axioma/drivers/w1; ZennerIoT/element-parsers, lib/axioma_qalcosonic.ex',
  uplinks: [
    {
      ports: [100],
      length: 51,
      when: { byte: 0, equals: 0x01 },
      parse: enhanced,
      map: {
        volume: { quantity: 'water.volume' },
        ...Object.fromEntries(CONDITIONS.map((entry) => [entry[0], condition(entry)])),
        battery,
        fault,
      },
    },
    {
      // now, status, volume now; then the volume of an hour and what each hour after it added
      ports: [100],
      length: [9, 49],
      order: 'le',
      steps: [
        { type: 'uint32', secondsSince: 0, name: 'now' },
        ...status,
        { type: 'uint32', quantity: 'water.volume' },
        { when: { remaining: 8 }, steps: hours },
      ],
    },
    { ports: [101], silent: 'what a message of port 100 is made of' },
    {
      ports: [103],
      length: 5,
      order: 'le',
      steps: [
        { type: 'uint32', secondsSince: 0 },
        { type: 'uint8', peek: true, bits: [2, 6], name: 'alarms', alarm: ANY },
        ...status,
      ],
    },
  ],
});
