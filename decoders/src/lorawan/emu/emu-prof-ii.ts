import { downlink, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { crc8Of, withoutCrc8 } from '../../kernel/crc8.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const T1 = 'T1';
const T2 = 'T2';

/** Data points about the meter and the transformers in front of it, with their bytes. */
const ABOUT = {
  241: 4,
  242: 4,
  243: 2,
  244: 2,
  245: 2,
  246: 2,
  247: 1,
  248: 4,
  249: 4,
  250: 4,
  251: 4,
  252: 4,
  253: 4,
  254: 4,
};

/** Data points by their number; energy in Wh and varh, power in W, current in mA, voltage in 0.1 V. */
const points: Readonly<Record<number, readonly Step[]>> = {
  0: [{ skip: 4 }], // index of the log
  1: [{ type: 'uint32', secondsSince: 0 }],
  2: [{ skip: 4 }],
  3: [{ type: 'uint32', quantity: 'elec.import', channel: T1 }],
  4: [{ type: 'uint32', quantity: 'elec.import', channel: T2 }],
  5: [{ type: 'uint32', quantity: 'elec.export', channel: T1 }],
  6: [{ type: 'uint32', quantity: 'elec.export', channel: T2 }],
  7: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: T1 }],
  8: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: T2 }],
  9: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: T1 }],
  10: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: T2 }],
  11: [{ type: 'int32', quantity: 'elec.power' }],
  12: [{ type: 'int32', quantity: 'elec.power', channel: 'L1' }],
  13: [{ type: 'int32', quantity: 'elec.power', channel: 'L2' }],
  14: [{ type: 'int32', quantity: 'elec.power', channel: 'L3' }],
  15: [{ skip: 4 }],
  16: [{ type: 'int32', quantity: 'elec.current', channel: 'L1', scale: 0.001 }],
  17: [{ type: 'int32', quantity: 'elec.current', channel: 'L2', scale: 0.001 }],
  18: [{ type: 'int32', quantity: 'elec.current', channel: 'L3', scale: 0.001 }],
  19: [{ type: 'int32', quantity: 'elec.current', channel: 'N', scale: 0.001 }],
  20: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L1', scale: 0.1 }],
  21: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L2', scale: 0.1 }],
  22: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L3', scale: 0.1 }],
  23: [{ type: 'int8', quantity: 'elec.pf', channel: 'L1', scale: 0.01 }],
  24: [{ type: 'int8', quantity: 'elec.pf', channel: 'L2', scale: 0.01 }],
  25: [{ type: 'int8', quantity: 'elec.pf', channel: 'L3', scale: 0.01 }],
  26: [{ type: 'int16', quantity: 'elec.freq', scale: 0.1 }],
  27: [{ type: 'int32', quantity: 'elec.demand' }],
  28: [{ type: 'uint32', quantity: 'elec.import', channel: T1, scale: 1_000 }],
  29: [{ type: 'uint32', quantity: 'elec.import', channel: T2, scale: 1_000 }],
  30: [{ type: 'uint32', quantity: 'elec.export', channel: T1, scale: 1_000 }],
  31: [{ type: 'uint32', quantity: 'elec.export', channel: T2, scale: 1_000 }],
  32: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: T1, scale: 1_000 }],
  33: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: T2, scale: 1_000 }],
  34: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: T1, scale: 1_000 }],
  35: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: T2, scale: 1_000 }],
  36: [{ type: 'uint64', quantity: 'elec.import', channel: T1 }],
  37: [{ type: 'uint64', quantity: 'elec.import', channel: T2 }],
  38: [{ type: 'uint64', quantity: 'elec.export', channel: T1 }],
  39: [{ type: 'uint64', quantity: 'elec.export', channel: T2 }],
  40: [{ type: 'uint64', quantity: 'elec.reactive.import', channel: T1 }],
  41: [{ type: 'uint64', quantity: 'elec.reactive.import', channel: T2 }],
  42: [{ type: 'uint64', quantity: 'elec.reactive.export', channel: T1 }],
  43: [{ type: 'uint64', quantity: 'elec.reactive.export', channel: T2 }],
  240: [{ skip: 1 }],
  ...Object.fromEntries(
    Object.entries(ABOUT).map(([point, bytes]): [string, readonly Step[]] => [point, [{ skip: bytes }]]),
  ),
};

/** Energy meter for DIN rail. Every message ends with a CRC-8. */
export const emuProfIi = lorawan({
  id: 'emu/emu-prof-ii',
  version: 3,
  changed: {
    3: {
      en: 'Values behind the index of the log or behind data about the meter are read: the message was cut there.',
      fr: 'Les valeurs qui suivent l’index du journal ou des données sur le compteur sont lues : le message s’arrêtait là.',
    },
  },
  vendor: 'EMU Electronic',
  title: 'Three-phase energy meter EMU Professional II',
  domain: 'electricity',
  oneSource: true,
  source:
    'https://emuag.github.io/emu-prof-ii-lora-docs; examples of brocaar/lorawan-devices, vendor/emu/emu-prof-ii-codec.yaml',
  uplinks: [
    {
      ports: [100],
      silent: 'about the meter itself',
    },
    {
      // a port for each profile of what is sent
      ports: 'any',
      length: [6, 222],
      order: 'le',
      check: withoutCrc8,
      steps: [
        { type: 'uint32', secondsSince: 0 },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'point' },
            { choose: 'point', cases: points, otherwise: 'stop' },
          ],
        },
      ],
    },
  ],
  commands: {
    'interval.set': downlink(
      'Time between reports of the energy registers (FPort 1)',
      { minutes: integer('Interval', 1, 65_535, 'min') },
      1,
      (values) => withCrc([...uintBytes(numberOf(values, 'minutes'), 2, 'le'), 0x0a, 3, 4, 5, 6, 7, 8, 9, 10]),
    ),
  },
});

function withCrc(bytes: readonly number[]): number[] {
  return [...bytes, crc8Of(bytes)];
}
