import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const PORT = 14;
const DEFAULT = 0x0a;
const EXTENDED = 0xbe;

const since: readonly Step[] = [
  { type: 'uint16', quantity: 'people.count', channel: 'ltr' },
  { type: 'uint16', quantity: 'people.count', channel: 'rtl' },
];
const total: readonly Step[] = [
  { type: 'uint16', quantity: 'people.total', channel: 'ltr' },
  { type: 'uint16', quantity: 'people.total', channel: 'rtl' },
];
const temperature: Step = { type: 'int16', quantity: 'dev.temp', scale: 0.1 };

/** Radar that counts persons who pass from left to right (ltr) and from right to left (rtl). Its totals have 16 bits. */
export const pcr2 = lorawan({
  id: 'parametric/pcr2',
  version: 1,
  vendor: 'Parametric',
  title: 'People counter radar PCR2',
  domain: 'mobility',
  source: 'brocaar/lorawan-devices, vendor/parametric/pcr2-codec.yaml and its decoder',
  oneSource: true,
  rollsOverAt: { 'people.total': 65_536 },
  uplinks: [
    {
      // as ELSYS: 0A left to right, 16 right to left, 01 temperature
      ports: [PORT],
      length: [6, 9],
      when: { byte: 0, equals: DEFAULT },
      steps: [
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'kind' },
            {
              choose: 'kind',
              cases: {
                1: [temperature],
                10: [{ type: 'uint16', quantity: 'people.count', channel: 'ltr' }],
                22: [{ type: 'uint16', quantity: 'people.count', channel: 'rtl' }],
              },
              otherwise: 'stop',
            },
          ],
        },
      ],
    },
    {
      // version 3: the charge of a solar charger, where there is one, in percent
      ports: [PORT],
      length: 16,
      when: {
        all: [
          { byte: 0, equals: EXTENDED },
          { byte: 2, equals: 3 },
        ],
      },
      steps: [
        { skip: 3 },
        ...since,
        ...total,
        { type: 'uint8', quantity: 'dev.battery', absent: [0] },
        { skip: 2 },
        temperature,
      ],
    },
    {
      // version 4: its voltage
      ports: [PORT],
      length: 17,
      when: {
        all: [
          { byte: 0, equals: EXTENDED },
          { byte: 2, equals: 4 },
        ],
      },
      steps: [
        { skip: 3 },
        ...since,
        ...total,
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001, absent: [0] },
        { skip: 2 },
        temperature,
      ],
    },
    { ports: [190], silent: 'settings', steps: [] },
  ],
});
