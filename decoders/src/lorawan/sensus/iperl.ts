import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const SHORT_HEADER = 0x7a;
const VOLUME_OF_STORAGE_8 = 0x84_04_13;
const TIME_OF_STORAGE_8 = 0x84_04_6d;
const PROFILE = 0x8d_04_93_13;
/** Signed differences of 16 bits, spaced in minutes, 60 of them; the lowest number says that there is none. */
const SPACED_BY_THE_HOUR = 0xd2_3c;
const NOT_VALID = -0x8000;
const HOUR_MS = 3_600_000;

/** Behind a difference that is not valid the volumes are lost. */
const hourBefore: readonly Step[] = [
  { type: 'int16', name: 'used' },
  { when: { name: 'used', equals: NOT_VALID }, steps: [{ let: 'lost', be: { constant: 1, terms: [] } }] },
  {
    when: { name: 'lost', equals: 0 },
    steps: [
      { let: 'volume', be: { terms: [{ name: 'volume' }, { name: 'used', times: -1 }] } },
      {
        sample: {
          from: 'reception',
          minusMs: { constant: HOUR_MS, terms: [{ name: 'line', times: HOUR_MS }] },
          toleranceMs: HOUR_MS / 2,
        },
        steps: [{ value: 'volume', quantity: 'water.volume' }],
      },
    ],
  },
];

/** The newest of the hours, then what each before it had less. Its clock tells no zone: the hours are counted from the reception. */
const hours: readonly Step[] = [
  { type: 'uint24', order: 'be', name: 'record', must: [VOLUME_OF_STORAGE_8] },
  { type: 'uint32', name: 'volume' },
  { value: 'volume', quantity: 'water.volume' },
  { type: 'uint24', order: 'be', name: 'record', must: [TIME_OF_STORAGE_8] },
  { skip: 4 },
  {
    when: { remaining: 7 },
    steps: [
      { type: 'uint32', order: 'be', name: 'record', must: [PROFILE] },
      { skip: 1 },
      { type: 'uint16', order: 'be', name: 'record', must: [SPACED_BY_THE_HOUR] },
      { let: 'lost', be: { terms: [] } },
      { repeat: 'rest', index: 'line', until: 1, steps: hourBefore },
    ],
  },
];

/** Electromagnetic water meter: an OMS message (EN 13757) without encryption and a compact profile of the hours before. */
export const iperl = lorawan({
  id: 'sensus/iperl',
  version: 1,
  vendor: 'Sensus (Xylem)',
  title: 'Water meter iPERL',
  domain: 'water',
  source:
    'example of TheThingsNetwork/lorawan-devices, vendor/sensus/iperl-codec.yaml; OMS specification volume 2, annex F (compact profile)',
  uplinks: [
    {
      ports: 'any',
      length: [19, 64],
      order: 'le',
      // a configuration of 0: not encrypted
      when: {
        all: [
          { byte: 0, equals: SHORT_HEADER },
          { byte: 3, equals: 0 },
          { byte: 4, equals: 0 },
        ],
      },
      steps: [
        { skip: 2 },
        { type: 'uint8', peek: true, bits: [2, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        { type: 'uint8', bits: [3, 1], quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
        { skip: 2 },
        ...hours,
      ],
    },
  ],
});
