import { milesightLayout, milesightSettings } from './milesight.ts';
import type { Layout, Step } from './payload-layout.ts';

const NOT_READ = 0xffff;
const current = (channel: string): Step => {
  return { type: 'uint16', quantity: 'elec.current', channel, scale: 0.1, absent: [NOT_READ] };
};
const temperature: Step = { type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1, -2, -3] };
const PHASES = ['L1', 'L2', 'L3'] as const;

/**
 * Of each phase: what it carried so far, what it carries, and that with the highest and lowest when a limit was passed.
 * From the second firmware on, instead of the charge, the energy at a voltage that the device is set to, in hundredths of
 * a kilowatt-hour.
 */
const phases = Object.fromEntries(
  PHASES.flatMap((channel, index): [number, readonly Step[]][] => [
    [0x0397 + index * 0x0200, [{ type: 'uint32', quantity: 'elec.charge', channel, scale: 0.01 }]],
    [0x1063 + index * 0x0100, [{ type: 'uint32', quantity: 'elec.import', channel, scale: 10 }]],
    [0x0499 + index * 0x0200, [current(channel)]],
    [
      0x8499 + index * 0x0200,
      [
        { skip: 4 },
        current(channel),
        // bit 0: above the threshold, bit 2: above what the clamp measures; bits 1 and 3 end these
        { type: 'uint8', peek: true, bits: [2, 1], name: 'beyond', alarm: [1] },
        {
          type: 'uint8',
          bits: [0, 1],
          quantity: 'elec.overcurrent',
          channel,
          states: { 0: 'no', 1: 'yes' },
          alarm: [1],
        },
      ],
    ],
  ]),
);

/** The clamps of the CT3xx series differ in what they measure, not in their messages. */
export const ct3xxUplinks: readonly Layout[] = [
  milesightLayout({
    ...milesightSettings({ 206: 2, 207: 1, 208: 1 }),
    ...phases,
    4981: [{ type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' }, alarm: [1] }],
    2407: [temperature],
    35175: [temperature, { type: 'uint8', name: 'threshold', alarm: [1] }],
  }),
];
