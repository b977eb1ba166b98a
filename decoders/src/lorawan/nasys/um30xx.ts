import { lorawan } from '../../kernel/lorawan.ts';
import { nasysAge, nasysReadThen, nasysStatus } from '../../kernel/nasys-meter.ts';
import type { Condition, Step } from '../../kernel/payload-layout.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;
const TEN_TO = { 0: 1, 1: 10, 2: 100, 3: 1_000 } as const;
const PRESSURE_SENSOR = 1;
const USAGE = 0x02;
const STATUS = 0x82;
/** The main interface is the probe. */
const PROBE_SENT = 4;

const channel = { from: 'input', plus: 1 } as const;
const times = { name: 'power', map: TEN_TO } as const;

/** What an input counts: pulses, litres of water, W.h, litres of gas (told in m³); alerts (0) are no count. */
const COUNTED: Readonly<Record<number, readonly Step[]>> = {
  1: [{ value: 'count', quantity: 'pulse.count', channel, times }],
  2: [{ value: 'count', quantity: 'water.volume', channel, times }],
  3: [{ value: 'count', quantity: 'elec.import', channel, times }],
  4: [{ value: 'count', quantity: 'gas.volume', channel, times, scale: 0.001 }],
};

/** Whether it is sent, by the bit of its number. */
const isSent: Condition = {
  any: [0, 1].map((input) => ({
    all: [
      { name: 'input', equals: input },
      { name: 'sent', bits: [input, 1], equals: 1 },
    ],
  })),
};
const input: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [0, 1], quantity: 'io.input', channel, states: ON_OFF },
  { type: 'uint8', peek: true, bits: [1, 1], name: 'hasSerial' },
  { type: 'uint8', peek: true, bits: [2, 2], name: 'power' },
  { type: 'uint8', bits: [4, 4], name: 'medium' },
  { type: 'uint32', name: 'count' },
  { when: { name: 'hasSerial', equals: 1 }, steps: [{ skip: 4 }] },
  { choose: 'medium', cases: COUNTED, otherwise: [] },
];

/** A probe of pressure (bar) and temperature: which of now and the mean of four channels follow. */
const probe: readonly Step[] = [
  { type: 'uint8', bits: [0, 6], name: 'probe' },
  { type: 'uint8', name: 'values' },
  {
    when: { name: 'probe', equals: PRESSURE_SENSOR },
    steps: [
      {
        when: { name: 'values', bits: [0, 1], equals: 1 },
        steps: [{ type: 'float32', quantity: 'water.pressure', scale: 100 }],
      },
      { when: { name: 'values', bits: [1, 1], equals: 1 }, steps: [{ skip: 4 }] },
      { when: { name: 'values', bits: [2, 1], equals: 1 }, steps: [{ type: 'float32', quantity: 'water.temp' }] },
    ],
  },
];

/** Reader of two pulse inputs and of a meter. The records of a meter on M-Bus are left out. */
export const um30xx = lorawan({
  id: 'nasys/um30xx',
  version: 1,
  vendor: 'Nordic Automation Systems',
  title: 'Universal meter reader UM3010, UM3030 and others',
  domain: 'water',
  source: 'https://docs.nasys.no (UM30xx payloads, firmware 4.0); tests of nasys/nas-codecs, um30xx_4_0_x',
  oneSource: true,
  uplinks: [
    {
      ports: [24, 25],
      length: [4, 242],
      order: 'le',
      when: { byte: 0, equals: [USAGE, STATUS] },
      steps: [
        { type: 'uint8', name: 'packet' },
        { type: 'uint8', peek: true, bits: [0, 2], name: 'alerts', alarm: [1, 2, 3] },
        { type: 'uint8', bits: [6, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        { when: { name: 'packet', equals: STATUS }, steps: nasysStatus },
        ...nasysAge,
        { type: 'uint8', name: 'sent' },
        { repeat: 2, index: 'input', steps: [{ when: isSent, steps: input }] },
        { when: { name: 'sent', bits: [2, 4], equals: PROBE_SENT }, steps: nasysReadThen(probe) },
      ],
    },
    { ports: [49, 50, 60, 61, 99], silent: 'settings, time, start', steps: [] },
  ],
});
