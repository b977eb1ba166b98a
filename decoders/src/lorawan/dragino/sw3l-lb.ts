import { integer } from '../../kernel/command.ts';
import { DRAGINO_PORT, DRAGINO_STATUS, draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
/** Pulses in a litre by the flow sensor that is connected: SW3L-004, -006, -010 and -020. */
const LITRES = { 0: 1 / 450, 1: 1 / 390, 2: 1 / 64, 3: 1 / 12 } as const;
const LAST_ONLY = 1;

/** Bit 1 that water runs for too long, bits 2 to 5 the flow sensor. */
const head: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [2, 4], name: 'sensor' },
  { type: 'uint8', bits: [1, 1], quantity: 'water.leak', states: NO_YES, alarm: [1] },
];
const mode: Step = { type: 'uint8', bits: [0, 6], name: 'mode' };

/** Where the mode is 1 the pulses are those since the message before, which is no counter. */
const volume: readonly Step[] = [
  {
    when: { name: 'mode', not: LAST_ONLY },
    steps: [
      { value: 'pulses', quantity: 'pulse.count' },
      { value: 'pulses', quantity: 'water.volume', times: { name: 'sensor', map: LITRES } },
    ],
  },
];

/** Turbine flow sensor with a datalog. */
export const sw3lLb = lorawan({
  id: 'dragino/sw3l-lb',
  version: 1,
  vendor: 'Dragino',
  title: 'Water flow sensor SW3L-LB',
  domain: 'water',
  oneSource: true,
  source: 'dragino/dragino-end-node-decoder, SW3L-LB; Dragino wiki, SW3L LoRaWAN outdoor flow sensor',
  uplinks: [
    {
      ports: [DRAGINO_PORT],
      length: 11,
      steps: [
        ...head,
        { type: 'uint32', name: 'pulses' },
        mode,
        { skip: 1 },
        { type: 'uint32', secondsSince: 0 },
        ...volume,
      ],
    },
    {
      // lines of the datalog, asked for or not acknowledged before
      ports: [3],
      length: [11, 242],
      steps: [
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', bits: [2, 4], name: 'sensor' },
            mode,
            { skip: 1 },
            { type: 'uint32', name: 'pulses' },
            { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
            { sample: { from: 'taken' }, steps: volume },
          ],
        },
      ],
    },
    { ports: [4], length: [7, 12], silent: 'settings: interval, timers', steps: [] },
    DRAGINO_STATUS,
  ],
  commands: { 'interval.set': draginoInterval(integer('Interval', 30, 0xff_ffff, 's')) },
});
