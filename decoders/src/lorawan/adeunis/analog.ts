import { ADEUNIS_BATTERY } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Layout, Step } from '../../kernel/payload-layout.ts';

const DATA = 0x42;
const KEEP_ALIVE = 0x30;

/** Its kind in a byte (0 not used), then microvolts or tens of nanoamperes in three. */
const input = (channel: string): readonly Step[] => [
  { type: 'uint8', bits: [0, 4], name: 'kind' },
  {
    choose: 'kind',
    cases: {
      1: [{ type: 'uint24', quantity: 'io.voltage', channel, scale: 1e-6 }],
      2: [{ type: 'uint24', quantity: 'io.current', channel, scale: 1e-5 }],
    },
    otherwise: [{ skip: 3 }],
  },
];

/** Bits 3 and 4 of the status: an input is beyond its thresholds. */
const values: Layout = {
  ports: 'any',
  length: 10,
  when: { byte: 0, equals: [DATA, KEEP_ALIVE] },
  steps: [
    ...ADEUNIS_BATTERY,
    { type: 'uint8', peek: true, bits: [3, 2], name: 'thresholds', alarm: [1, 2, 3] },
    { type: 'uint8', bits: [2, 1], quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
    ...input('A'),
    ...input('B'),
  ],
};

/** Reader of two voltages of 0 to 10 V or currents of 4 to 20 mA. */
export const analog = lorawan({
  id: 'adeunis/analog',
  version: 1,
  vendor: 'Adeunis',
  title: 'Analogue reader ANALOG 0–10 V, 4–20 mA',
  domain: 'generic',
  source:
    'Adeunis ANALOG user guide, frames 0x30 and 0x42; test vectors of sln-nc/adeunis-codecs-lib; ZennerIoT/element-parsers, lib/adeunis_arf8200aa.ex',
  uplinks: [
    values,
    {
      ports: 'any',
      when: { byte: 0, equals: [0x10, 0x11, 0x12, 0x13, 0x14, 0x1f, 0x20, 0x2f] },
      silent: 'settings',
      steps: [],
    },
  ],
});
