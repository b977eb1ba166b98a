import type { CommandArgument, CommandValues, LorawanCommand } from '../definition.ts';
import { downlink } from './command.ts';
import type { Layout, Step } from './payload-layout.ts';

const LENGTH = 11;
/** As many as the largest frame holds. */
const MAX_ROW = 22;
const REPORTS = 6;
const SETTINGS = 7;
const VERSION = 0x01;

/** Voltage in tenths; the most significant bit says that the battery is low. */
export const netvoxBattery: readonly Step[] = [
  { at: 3, type: 'uint8', peek: true, bits: [0, 7], quantity: 'dev.batteryVoltage', scale: 0.1 },
  { at: 3, type: 'uint8', bits: [7, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
];

/**
 * Messages of eleven bytes, often several in a row: version, device type, report type, then what `reports` says for each
 * report type.
 */
export function netvoxLayouts(deviceType: number, reports: Readonly<Record<number, readonly Step[]>>): Layout[] {
  const isDevice = { byte: 1, equals: deviceType };
  return [
    {
      ports: [REPORTS],
      length: [LENGTH, MAX_ROW * LENGTH],
      every: LENGTH,
      when: isDevice,
      steps: [
        { type: 'uint8', must: [VERSION] },
        { type: 'uint8', must: [deviceType] },
        { type: 'uint8', name: 'report' },
        // report 0 is the version of the software after a start
        { choose: 'report', cases: { 0: [], ...reports } },
      ],
    },
    { ports: [SETTINGS], length: LENGTH, when: isDevice, silent: 'answer to a command' },
  ];
}

/** A command: its number, the device type, the content, zeros up to eleven bytes. */
export function netvoxCommand(
  title: string,
  args: Readonly<Record<string, CommandArgument>>,
  command: number | ((values: CommandValues) => number),
  deviceType: number,
  content: (values: CommandValues) => readonly number[] = () => [],
): LorawanCommand {
  return downlink(title, args, SETTINGS, (values) => {
    const number = typeof command === 'number' ? command : command(values);
    const used = [number, deviceType, ...content(values)];
    return [...used, ...Array.from({ length: LENGTH - used.length }, () => 0)];
  });
}
