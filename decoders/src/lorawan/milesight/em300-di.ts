import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;

const temperature: Step = { type: 'int16', quantity: 'room.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'room.rh', scale: 0.5 };
const input: Step = { type: 'uint8', quantity: 'io.input', states: ON_OFF };
const pulses: Step = { type: 'uint32', quantity: 'pulse.count' };
/** What a pulse is worth, as two numbers, then the water in the unit of the settings. */
const water: readonly Step[] = [{ skip: 4 }, { type: 'float32', quantity: 'water.volume' }];
/** Of two conditions, each by its begin and its end: no flow for long, flow for long. */
const waterCondition: readonly Step[] = [
  { type: 'uint8', name: 'waterAlarm' },
  {
    choose: 'waterAlarm',
    cases: {
      1: [{ constant: 'yes', quantity: 'water.dry' }],
      2: [{ constant: 'no', quantity: 'water.dry' }],
      3: [{ constant: 'yes', quantity: 'water.leak' }],
      4: [{ constant: 'no', quantity: 'water.leak' }],
    },
    otherwise: [],
  },
];
const waterAlarm: readonly Step[] = [
  { type: 'uint8', peek: true, name: 'waterAlarm', alarm: [1, 3] },
  ...waterCondition,
];
/** A model without the climate sensor writes zeros there. */
const climate: readonly Step[] = [
  { type: 'uint24', peek: true, bits: [16, 8], name: 'humidity' },
  { when: { name: 'humidity', equals: 0 }, steps: [{ skip: 3 }], otherwise: [temperature, humidity] },
];
const CONTACT = 1;
const COUNTER = 2;

/** A line that was kept while the network was out of reach: its time, the climate, then what the input is set to. */
function kept(more: readonly Step[], counter: readonly Step[], counterBytes: number): readonly Step[] {
  return [
    { type: 'uint32', secondsSince: 0, name: 'kept', timeOnly: true },
    {
      sample: { from: 'kept' },
      steps: [
        ...climate,
        ...more,
        { type: 'uint8', name: 'mode' },
        {
          choose: 'mode',
          cases: {
            [CONTACT]: [input, { skip: counterBytes }],
            [COUNTER]: [{ skip: 1 }, ...counter],
          },
          otherwise: [{ skip: 1 + counterBytes }],
        },
      ],
    },
  ];
}

/**
 * Pulse and contact sensor with a climate sensor (EM300-DI), or for a Hall effect meter without one. The water is in the
 * unit of its settings, litres unless the device has the parameter.
 */
export const em300Di = lorawan({
  id: 'milesight/em300-di',
  version: 3,
  changed: {
    3: {
      en: 'Water, its alarms and the lines that the device kept while out of reach are read.',
      fr: 'L’eau, ses alarmes et les lignes gardées par l’équipement hors de portée sont lues.',
    },
  },
  vendor: 'Milesight',
  title: 'Pulse counter EM300-DI',
  domain: 'water',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em300-di and em300-di-hall, README.md; example of thingsboard/data-converters, VENDORS/Milesight/EM300-DI',
  oneSource: true,
  parameters: {
    waterUnit: {
      title: 'Unit that the water is set to in the device',
      titleFr: "Unité de l'eau réglée dans l'appareil",
      type: 'choice',
      choices: ['L', 'm3'],
      default: 'L',
    },
  },
  derived: [
    {
      from: { quantity: 'water.volume' },
      to: { quantity: 'water.volume' },
      factor: 1_000,
      when: { parameter: 'waterUnit', equals: 'm3' },
      replaces: true,
    },
  ],
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      1280: [input],
      1480: [pulses],
      1505: water,
      1761: water,
      34048: [input, { type: 'uint8', name: 'contactAlarm', alarm: [1] }],
      34273: [...water, ...waterAlarm],
      34529: [...water, ...waterAlarm],
      8398: kept([], [pulses], 4),
      8654: kept(waterCondition, water, 8),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
