import type { LorawanCommand } from '../definition.ts';
import { downlink, flag, integer, numberOf, uintBytes } from './command.ts';
import type { Layout, Step } from './payload-layout.ts';

const PORT = 1;
const PROTOCOL_VERSION = 2;

/** Version, device number, 16 flags, then the values of each sensor whose flag is set; all big-endian words. */
export function decentlabLayout(sensors: readonly (readonly Step[])[]): Layout {
  return {
    ports: 'any',
    length: [7, 222],
    when: { byte: 0, equals: PROTOCOL_VERSION },
    steps: [
      { skip: 3 },
      { type: 'uint16', name: 'sensors' },
      ...sensors.map((steps, index): Step => ({ when: { name: 'sensors', bits: [index, 1], equals: 1 }, steps })),
    ],
  };
}

/** What every Decentlab device understands: a command and a parameter, then a CRC. */
export const DECENTLAB_COMMANDS: Readonly<Record<string, LorawanCommand>> = {
  'interval.set': downlink(
    'Time between measurements, kept over a restart',
    { seconds: integer('Interval', 1, 65_535, 's') },
    PORT,
    (values) => withCrc(0x0002, numberOf(values, 'seconds')),
  ),
  'adr.switch': downlink(
    'Adaptive data rate, until the next restart',
    { enabled: flag('Enabled') },
    PORT,
    ({ enabled }) => withCrc(enabled ? 0x0005 : 0x0007, 0),
  ),
};

function withCrc(command: number, parameter: number): number[] {
  const content = [...uintBytes(command, 2), ...uintBytes(parameter, 2)];
  return [...content, ...uintBytes(crc16Of(content), 2)];
}

/** CRC-16/MODBUS: polynomial 0x8005 reflected, initial value 0xFFFF. */
function crc16Of(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
