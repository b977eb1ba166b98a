import type { CommandArgument, LorawanCommand } from '../definition.ts';
import { downlink, numberOf, uintBytes } from './command.ts';
import type { Layout, Step } from './payload-layout.ts';

/** Application port of Milesight's devices unless it was changed. */
const PORT = 85;

const skip = (bytes: number): readonly Step[] => [{ skip: bytes }];

/** Channel 0xFF tells about the device; 0xFE and 0xFF also repeat an interval that was set. */
const ABOUT_DEVICE: Readonly<Record<number, readonly Step[]>> = {
  65281: skip(1), // protocol version
  65289: skip(2), // hardware version
  65290: skip(2), // firmware version
  65291: skip(1), // switched on
  65295: skip(1), // LoRaWAN class
  65302: skip(8), // serial number
  65534: skip(1), // reset
  65535: skip(2), // TSL version
  65026: skip(2), // interval of collection
  65282: skip(2),
  65027: skip(2), // interval of reports
  65283: skip(2),
};

/** Records of one byte of channel, one of type and a little-endian value; `records` by channel × 256 + type. */
export function milesightLayout(records: Readonly<Record<number, readonly Step[]>>): Layout {
  return {
    ports: [PORT],
    length: [3, 222],
    order: 'le',
    steps: [
      {
        repeat: 'rest',
        steps: [
          { type: 'uint16', order: 'be', name: 'record' },
          { choose: 'record', cases: { ...ABOUT_DEVICE, ...records }, otherwise: 'stop' },
        ],
      },
    ],
  };
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
