import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const LINES = [1, 2, 3, 4] as const;
const record = (channel: number, type: number): number => channel * 256 + type;

/** The records of a line: all that went in, all that went out, both of the period. Children are counted among them. */
function line(number: number, first: number, child: number): [number, readonly Step[]][] {
  const channel = (direction: string): string => `line${number}-${direction}`;
  return [
    [record(first, 0xd2), [{ type: 'uint32', quantity: 'people.total', channel: channel('in') }]],
    [record(first + 1, 0xd2), [{ type: 'uint32', quantity: 'people.total', channel: channel('out') }]],
    [
      record(first + 2, 0xcc),
      [
        { type: 'uint16', quantity: 'people.count', channel: channel('in') },
        { type: 'uint16', quantity: 'people.count', channel: channel('out') },
      ],
    ],
    [record(child, 0xd2), [{ skip: 4 }]],
    [record(child + 1, 0xd2), [{ skip: 4 }]],
    [record(child + 2, 0xcc), [{ skip: 4 }]],
  ];
}

/** Counter of persons by time of flight: up to four lines and four regions. How long persons stay is left out. */
export const vs133 = lorawan({
  id: 'milesight/vs133',
  version: 1,
  vendor: 'Milesight',
  title: 'People counter VS133',
  domain: 'mobility',
  source:
    'Milesight-IoT/SensorDecoders, vs-series/vs133; example of actility/device-catalog, vendors/milesight-iot/drivers/vs133',
  uplinks: [
    milesightLayout({
      ...Object.fromEntries(LINES.flatMap((number) => line(number, 3 * number, 0x0e + 3 * number))),
      4067: LINES.map((region): Step => {
        return { type: 'uint8', quantity: 'people.present', channel: `region${region}` };
      }),
      4324: [{ skip: 5 }],
      7651: [{ skip: 4 }],
      7908: [{ skip: 5 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 1, 64_800, 's')),
  },
});
