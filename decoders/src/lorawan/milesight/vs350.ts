import { integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const both = (quantity: string): readonly Step[] => [
  { type: 'uint16', quantity, channel: 'in' },
  { type: 'uint16', quantity, channel: 'out' },
];
const total = both('people.total');
const period = both('people.count');
const temperature: Step = { type: 'int16', quantity: 'dev.temp', scale: 0.1 };
/** 1 and 3 a limit was passed; 0 and 4 that is over. */
const threshold: Step = { type: 'uint8', name: 'threshold', alarm: [1, 3] };

/** Passage counter on a battery. Its totals have 16 bits. */
export const vs350 = lorawan({
  id: 'milesight/vs350',
  version: 1,
  vendor: 'Milesight',
  title: 'Passage people counter VS350',
  domain: 'mobility',
  source:
    'Milesight-IoT/SensorDecoders, vs-series/vs350; example of actility/device-catalog, vendors/milesight-iot/drivers/vs350',
  oneSource: true,
  rollsOverAt: { 'people.total': 65_536 },
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1228: total,
      1484: period,
      2799: [{ type: 'uint32', secondsSince: 0 }],
      33639: [temperature, threshold],
      33996: [...total, threshold],
      34252: [...period, threshold],
      33262: [{ skip: 1 }],
      65452: [{ skip: 5 }],
      65453: [{ skip: 1 }],
      8398: [
        { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
        { type: 'uint8', name: 'kind' },
        {
          sample: { from: 'taken' },
          steps: [...period, { when: { name: 'kind', equals: 1 }, steps: total }],
        },
      ],
    }),
  ],
  commands: {
    'interval.set': milesightCommand(
      'Time between reports',
      { minutes: integer('Interval', 1, 1_440, 'min') },
      (values) => [0xff, 0x8e, 0x00, ...uintBytes(numberOf(values, 'minutes'), 2, 'le')],
    ),
  },
});
