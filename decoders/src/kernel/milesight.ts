import type { CommandArgument, LorawanCommand } from '../definition.ts';
import { downlink, numberOf, uintBytes } from './command.ts';
import type { Layout, Step } from './payload-layout.ts';

/** Application port of Milesight's devices unless it was changed. */
const PORT = 85;

const skip = (bytes: number): readonly Step[] => [{ skip: bytes }];

/** Channel 0xFF tells about the device. */
const ABOUT_DEVICE: Readonly<Record<number, readonly Step[]>> = {
  65281: skip(1), // protocol version
  65289: skip(2), // hardware version
  65290: skip(2), // firmware version
  65291: skip(1), // switched on
  65295: skip(1), // LoRaWAN class
  65302: skip(8), // serial number
  65534: skip(1), // reset
  65535: skip(2), // TSL version
};

/**
 * Channels 0xFE and 0xFF also repeat what was set, by types that all devices share: intervals, alarms, clock, history,
 * counters, modes. Bytes of each.
 */
const SETTING_BYTES: Readonly<Record<number, number>> = {
  2: 2,
  3: 2,
  6: 9,
  16: 1,
  17: 4,
  19: 1,
  23: 2,
  28: 2,
  29: 2,
  35: 2,
  38: 1,
  39: 1,
  40: 1,
  45: 1,
  50: 5,
  53: 8,
  59: 1,
  62: 1,
  74: 1,
  78: 2,
  86: 1,
  104: 1,
  105: 1,
  106: 3,
  112: 2,
  113: 1,
  119: 2,
  121: 4,
  142: 3,
  146: 5,
  161: 7,
  162: 9,
  163: 2,
  164: 2,
  195: 1,
  242: 2,
};
const SETTINGS = Object.fromEntries(
  Object.entries(SETTING_BYTES).flatMap(([type, bytes]) =>
    [0xfe00, 0xff00].map((channel) => [channel + Number(type), skip(bytes)]),
  ),
);

/** Settings that only some devices repeat, by type: how many bytes each has. */
export function milesightSettings(bytes: Readonly<Record<number, number>>): Readonly<Record<number, readonly Step[]>> {
  return Object.fromEntries(
    Object.entries(bytes).flatMap(([type, count]) =>
      [0xfe00, 0xff00].map((channel) => [channel + Number(type), skip(count)]),
    ),
  );
}

/** Records of one byte of channel, one of type and a little-endian value; `records` by channel × 256 + type. */
export function milesightLayout(records: Readonly<Record<number, readonly Step[]>>): Layout {
  return {
    // set at the device: its codec looks at the records only
    ports: 'any',
    length: [3, 222],
    order: 'le',
    steps: [
      {
        repeat: 'rest',
        steps: [
          { type: 'uint16', order: 'be', name: 'record' },
          { choose: 'record', cases: { ...SETTINGS, ...ABOUT_DEVICE, ...records }, otherwise: 'stop' },
        ],
      },
    ],
  };
}

/** A line of the history that a device kept while out of reach: its time in Unix seconds, then `steps`. */
export function milesightHistory(steps: readonly Step[]): readonly Step[] {
  return [
    { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
    { sample: { from: 'taken' }, steps },
  ];
}

export function milesightCommand(
  title: string,
  args: Readonly<Record<string, CommandArgument>>,
  bytes: Parameters<typeof downlink>[3],
): LorawanCommand {
  return downlink(title, args, PORT, bytes);
}

/** FF 02 (collection) or FF 03 (reports) and the seconds. */
export function milesightInterval(title: string, type: 0x02 | 0x03, seconds: CommandArgument): LorawanCommand {
  return milesightCommand(title, { seconds }, (values) => [
    0xff,
    type,
    ...uintBytes(numberOf(values, 'seconds'), 2, 'le'),
  ]);
}
