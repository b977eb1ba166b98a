import { lorawan } from '../../kernel/lorawan.ts';
import { nasysAge, nasysReadThen, nasysStatus } from '../../kernel/nasys-meter.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const USAGE = 0x04;
const SHUTDOWN = 0x01;
/** Litres and cubic metres for a count, by the power of ten; other units than the metre have no meaning here. */
const LITRES = { 3: 1, 4: 10, 5: 100, 6: 1_000, 7: 10_000 } as const;
const CUBIC_METRES = { 3: 0.001, 4: 0.01, 5: 0.1, 6: 1, 7: 10 } as const;

/** As type G of M-Bus, but January stands as 0. */
const READ_OUT = {
  day: [0, 5],
  year: [5, 3],
  month: [8, 4],
  yearHigh: [12, 4],
  monthFrom: 1,
  yearFrom: 2_000,
  zone: 'UTC',
} as const;

const flag = (bit: number, quantity: string, more: { alarm?: readonly number[] } = {}): Step => ({
  type: 'uint8',
  peek: true,
  bits: [bit, 1],
  quantity,
  states: NO_YES,
  ...more,
});
const water: Step = { value: 'count', quantity: 'water.volume', times: { name: 'power', map: LITRES } };
const volume: readonly Step[] = [
  {
    when: { name: 'unit', equals: 0 },
    steps: [
      {
        choose: 'medium',
        cases: {
          0: [water],
          1: [water],
          2: [{ value: 'count', quantity: 'gas.volume', times: { name: 'power', map: CUBIC_METRES } }],
        },
        otherwise: [],
      },
    ],
  },
];

const usage: readonly Step[] = [
  { type: 'uint8', must: [USAGE] },
  flag(0, 'water.backflow'),
  flag(1, 'water.burst', { alarm: [1] }),
  flag(2, 'water.leak', { alarm: [1] }),
  flag(3, 'dev.tamper', { alarm: [1] }),
  // outside of the temperatures that it is set to
  { type: 'uint8', peek: true, bits: [4, 1], name: 'temperature', alarm: [1] },
  { type: 'uint8', bits: [5, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
  { type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
  { type: 'uint8', peek: true, bits: [0, 3], name: 'power' },
  { type: 'uint8', peek: true, bits: [3, 2], name: 'medium' },
  { type: 'uint8', peek: true, bits: [5, 2], name: 'unit' },
  { type: 'uint8', bits: [7, 1], name: 'isPrivate' },
  ...nasysAge,
  { type: 'uint32', name: 'count' },
  {
    when: { name: 'isPrivate', equals: 1 },
    steps: [
      { type: 'uint16', date: READ_OUT, name: 'readOut', timeOnly: true },
      { sample: { from: 'readOut' }, steps: volume },
    ],
    otherwise: nasysReadThen(volume),
  },
  { type: 'uint8', bits: [1, 1], name: 'hasStatus' },
  { when: { name: 'hasStatus', equals: 1 }, steps: nasysStatus },
];

/**
 * Radio module that clicks on meters of water and gas. With its privacy on it tells the volume of a date.
 * Records of M-Bus on FPort 20 do not say the medium and are left out.
 */
export const cm30xx = lorawan({
  id: 'nasys/cm30xx',
  version: 1,
  vendor: 'Nordic Automation Systems',
  title: 'Click-on meter module CM3010, CM3020, CM3030 and others',
  domain: 'water',
  source: 'https://docs.nasys.no (CM30xx payloads, firmware 2.3); tests of nasys/nas-codecs, cm30xx_2_3_x',
  oneSource: true,
  uplinks: [
    {
      ports: [25, 99],
      length: [10, 34],
      order: 'le',
      when: {
        any: [
          { byte: 0, equals: USAGE },
          {
            all: [
              { byte: 0, equals: SHUTDOWN },
              { byte: 2, equals: USAGE },
            ],
          },
        ],
      },
      steps: [
        // the last before it is switched off stands behind the reason
        { type: 'uint8', peek: true, name: 'packet' },
        { when: { name: 'packet', equals: SHUTDOWN }, steps: [{ skip: 2 }] },
        ...usage,
      ],
    },
    { ports: [49, 50, 60, 99], silent: 'settings, time, start', steps: [] },
  ],
});
