import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const LINES = [1, 2, 3, 4] as const;
const record = (channel: number, type: number): number => channel * 256 + type;

/** Values of a line: all that went in, all that went out, both of the period. */
function line(number: number): readonly (readonly Step[])[] {
  const channel = (direction: string): string => `line${number}-${direction}`;
  return [
    [{ type: 'uint32', quantity: 'people.total', channel: channel('in') }],
    [{ type: 'uint32', quantity: 'people.total', channel: channel('out') }],
    [
      { type: 'uint16', quantity: 'people.count', channel: channel('in') },
      { type: 'uint16', quantity: 'people.count', channel: channel('out') },
    ],
  ];
}

/** Under channels in a row from 3 on. */
const values = LINES.flatMap((number) => line(number)).map((steps, index) => ({ channel: 3 + index, steps }));
const regions = LINES.map((region): Step => {
  return { type: 'uint8', quantity: 'people.present', channel: `region${region}` };
});

/** Types of the three values of a line. */
const TYPES = [0xd2, 0xd2, 0xcc] as const;
const typeOf = (channel: number): number => TYPES[channel % 3] ?? 0;
/** Children, by three values of each line too, are counted among the others. */
const CHILDREN = Array.from({ length: 12 }, (_, index) => 0x11 + index);
/** How long persons stay. */
const STAYS = [0x10, 0x20, 0x1e, 0x3c];

/** A line of the history: its time, then one value under the number of the channel that reports it. */
const kept: readonly Step[] = [
  { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
  { type: 'uint8', name: 'channel' },
  {
    sample: { from: 'taken' },
    steps: [
      {
        choose: 'channel',
        cases: {
          ...Object.fromEntries(values.map(({ channel, steps }) => [channel, steps])),
          15: regions,
          ...Object.fromEntries([...CHILDREN, 0x1d].map((channel) => [channel, [{ skip: 4 }]])),
          ...Object.fromEntries(STAYS.map((channel) => [channel, [{ skip: 3 }]])),
        },
        otherwise: 'stop',
      },
    ],
  },
];

/** Counter of persons by time of flight: up to four lines and four regions. How long persons stay is left out. */
export const vs133 = lorawan({
  id: 'milesight/vs133',
  version: 1,
  vendor: 'Milesight',
  title: 'People counter VS133',
  domain: 'mobility',
  source:
    'Milesight-IoT/SensorDecoders, vs-series/vs133; example of actility/device-catalog, vendors/milesight-iot/drivers/vs133',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...Object.fromEntries(values.map(({ channel, steps }) => [record(channel, typeOf(channel)), steps])),
      ...Object.fromEntries(CHILDREN.map((channel) => [record(channel, typeOf(channel - 0x11)), [{ skip: 4 }]])),
      4067: regions,
      4324: [{ skip: 5 }],
      7651: [{ skip: 4 }],
      7908: [{ skip: 5 }],
      8398: kept,
      // whether something hides the view of a device of the group; the firmware in four bytes
      20732: [{ skip: 2 }, { type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' }, alarm: [1] }],
      65311: [{ skip: 4 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 1, 64_800, 's')),
  },
});
