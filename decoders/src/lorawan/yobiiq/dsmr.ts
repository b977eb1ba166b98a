import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { DSMR_VALUES, dsmrSkips, P1002005_CHANNEL, P1002005_VALUES } from '../../kernel/yobiiq-dsmr.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const SECOND_MS = 1_000;

/** Power comes as drawn and as delivered; one of them alone tells the whole where it is not zero. */
function net(channel: string | undefined, [drawn, delivered]: readonly [number, number]) {
  const names = { seen: `seen${drawn}`, net: `net${drawn}` };
  const add = (times: 1 | -1): readonly Step[] => [
    { type: 'int32', name: 'power' },
    { let: names.net, be: { terms: [{ name: names.net }, { name: 'power', times }] } },
    { let: names.seen, be: { constant: 1, terms: [{ name: names.seen }] } },
  ];
  return {
    before: [
      { let: names.net, be: { terms: [] } },
      { let: names.seen, be: { terms: [] } },
    ] as readonly Step[],
    cases: { [drawn]: add(1), [delivered]: add(-1) } as Readonly<Record<number, readonly Step[]>>,
    after: {
      when: {
        any: [
          { name: names.seen, atLeast: 2 },
          { name: names.net, not: 0 },
        ],
      },
      steps: [{ value: names.net, quantity: 'elec.power', ...(channel === undefined ? {} : { channel }) }],
    } as Step,
  };
}

const powers = [net(undefined, [26, 27]), net('L1', [43, 46]), net('L2', [44, 47]), net('L3', [45, 48])];
const cases: Readonly<Record<number, readonly Step[]>> = {
  ...dsmrSkips,
  ...DSMR_VALUES,
  ...Object.assign({}, ...powers.map((one) => one.cases)),
};

/** Powers of P1002005 by the types that mean the same elsewhere. */
const P1002005_POWERS = { 16: 26, 18: 27, 44: 43, 46: 44, 48: 45, 50: 46, 51: 47, 52: 48 } as const;
const p1002005Cases: Readonly<Record<number, readonly Step[]>> = {
  ...P1002005_VALUES,
  ...Object.fromEntries(Object.entries(P1002005_POWERS).map(([own, type]) => [own, cases[type] ?? []])),
};

/** Channels of alarms, of what is measured and of what was asked for. */
const ALARMS = Array.from({ length: 16 }, (_, index) => 0xa0 + index);
const CHANNELS = [0x01, 0xff, P1002005_CHANNEL, ...ALARMS];

/** In a log what is drawn and what is delivered stand apart: the one that is not zero is the power. */
const logged = (channel: string | undefined, scale: 1 | -1): readonly Step[] => [
  { type: 'int32', name: 'power' },
  {
    when: { name: 'power', not: 0 },
    steps: [{ value: 'power', quantity: 'elec.power', scale, ...(channel === undefined ? {} : { channel }) }],
  },
];
const loggedPowers: Readonly<Record<number, readonly Step[]>> = {
  26: logged(undefined, 1),
  27: logged(undefined, -1),
  43: logged('L1', 1),
  44: logged('L2', 1),
  45: logged('L3', 1),
  46: logged('L1', -1),
  47: logged('L2', -1),
  48: logged('L3', -1),
};

/**
 * Reader for the P1 port of Dutch, Belgian and Luxembourg meters. Texts (serial numbers) have no length of their own: what
 * follows them is left out.
 */
export const dsmr = lorawan({
  id: 'yobiiq/dsmr',
  version: 1,
  vendor: 'Yobiiq',
  title: 'P1 port reader iQ DSMR',
  domain: 'electricity',
  oneSource: true,
  source:
    'Yobiiq codec and examples in chirpstack/chirpstack-device-profiles, vendors/yobiiq/codecs/dsmr.js; Yobiiq codec of P1002005 in TheThingsNetwork/lorawan-devices, vendor/yobiiq/iq-dsmr-lrw.js',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    {
      // measured, alarms, and what was asked for
      ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 50],
      length: [3, 222],
      steps: [
        ...powers.flatMap((one) => one.before),
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'channel', must: CHANNELS, alarm: ALARMS },
            { type: 'uint8', name: 'type' },
            {
              when: { name: 'channel', equals: P1002005_CHANNEL },
              steps: [{ choose: 'type', cases: p1002005Cases, otherwise: 'stop' }],
              otherwise: [{ choose: 'type', cases, otherwise: 'stop' }],
            },
          ],
        },
        ...powers.map((one) => one.after),
      ],
    },
    {
      // a log: its own time, then each value with the seconds before that
      ports: [20],
      length: [9, 222],
      steps: [
        { skip: 2 },
        { type: 'uint32', secondsSince: 0, name: 'packed', timeOnly: true },
        {
          repeat: 'rest',
          steps: [
            { skip: 1 },
            { type: 'uint8', name: 'type' },
            { type: 'uint16', name: 'secondsBefore' },
            {
              sample: { from: 'packed', minusMs: { terms: [{ name: 'secondsBefore', times: SECOND_MS }] } },
              steps: [
                {
                  choose: 'type',
                  cases: { ...dsmrSkips, ...DSMR_VALUES, ...loggedPowers },
                  otherwise: 'stop',
                },
              ],
            },
          ],
        },
      ],
    },
    { ports: [50, 100], silent: 'settings' },
  ],
});
