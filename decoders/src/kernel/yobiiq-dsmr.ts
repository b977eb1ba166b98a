import type { Step } from './payload-layout.ts';

const energy = (quantity: string, channel?: string): readonly Step[] => [
  { type: 'uint32', quantity, ...(channel === undefined ? {} : { channel }) },
];
const PHASES = ['L1', 'L2', 'L3'] as const;

/** Values of the DSMR reader by type, big-endian; powers stand elsewhere, since they come in two parts. */
export const DSMR_VALUES: Readonly<Record<number, readonly Step[]>> = {
  107: [{ type: 'uint8', quantity: 'dev.supply', states: { 0: 'battery', 1: 'mains' } }],
  108: [{ type: 'uint8', quantity: 'dev.battery' }],
  109: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
  122: [{ type: 'int16', quantity: 'dev.temp', scale: 0.01 }],
  130: [{ type: 'int16', quantity: 'room.temp', scale: 0.01 }],
  131: [{ type: 'uint8', quantity: 'room.rh' }],
  209: [{ type: 'uint32', quantity: 'pulse.count', channel: '1' }],
  210: [{ type: 'uint32', quantity: 'pulse.count', channel: '2' }],
  19: energy('elec.import'),
  20: energy('elec.import', 'T1'),
  21: energy('elec.import', 'T2'),
  22: energy('elec.export'),
  23: energy('elec.export', 'T1'),
  24: energy('elec.export', 'T2'),
  25: [{ type: 'uint16', quantity: 'elec.tariff', states: { 1: 'T1', 2: 'T2' } }],
  28: [{ type: 'uint32', quantity: 'elec.failures' }],
  ...Object.fromEntries(
    PHASES.flatMap((channel, index): [number, readonly Step[]][] => [
      [37 + index, [{ type: 'int32', quantity: 'elec.voltage', channel, scale: 0.1 }]],
      [40 + index, [{ type: 'int32', quantity: 'elec.current', channel }]],
    ]),
  ),
  61: energy('elec.reactive.import'),
  62: energy('elec.reactive.export'),
  65: [{ type: 'uint32', quantity: 'elec.subscribed', scale: 100 }],
};

/** Bytes of what is passed over: states of the device, settings of its port, meters behind the meter, voltage dips. */
const BYTES: Readonly<Record<number, readonly number[]>> = {
  1: [
    100, 120, 123, 150, 157, 158, 159, 160, 161, 163, 164, 166, 167, 181, 183, 176, 177, 178, 180, 222, 69, 70, 71, 78,
    79, 80, 81,
  ],
  2: [105, 106, 165, 182, 16, 49, 52, 55, 58],
  4: [1, 17, 29, 31, 32, 33, 34, 35, 36, 63, 64, 66, 67, 68, 72, 73, 74, 75, 76, 77, 104, 121, 179, 254],
  8: [51, 54, 57, 60],
  16: [221],
};
export const dsmrSkips = skipsOf(BYTES);

function skipsOf(byBytes: Readonly<Record<number, readonly number[]>>): Readonly<Record<number, readonly Step[]>> {
  return Object.fromEntries(
    Object.entries(byBytes).flatMap(([bytes, types]) =>
      types.map((type): [number, readonly Step[]] => [type, [{ skip: Number(bytes) }]]),
    ),
  );
}

/** The reader P1002005 has types of its own, on a channel of their own. */
export const P1002005_CHANNEL = 0xdd;
const P1002005_BYTES: Readonly<Record<number, readonly number[]>> = {
  1: [114],
  2: [0, 70, 86, 102, 118],
  4: [2, 26, 28, 30, 31, 32, 33],
  8: [80, 96, 112, 128],
};

/** Its values without the powers; its log of failures is a number of pairs of four bytes. */
export const P1002005_VALUES: Readonly<Record<number, readonly Step[]>> = {
  ...skipsOf(P1002005_BYTES),
  6: energy('elec.import', 'T1'),
  8: energy('elec.import', 'T2'),
  10: energy('elec.export', 'T1'),
  12: energy('elec.export', 'T2'),
  14: [{ type: 'uint16', quantity: 'elec.tariff', states: { 1: 'T1', 2: 'T2' } }],
  20: [{ type: 'uint32', quantity: 'elec.failures' }],
  24: [
    { type: 'uint32', name: 'events' },
    { repeat: { name: 'events' }, steps: [{ skip: 8 }] },
  ],
  ...Object.fromEntries(
    PHASES.flatMap((channel, index): [number, readonly Step[]][] => [
      [34 + index, [{ type: 'int32', quantity: 'elec.voltage', channel, scale: 0.1 }]],
      [38 + 2 * index, [{ type: 'int32', quantity: 'elec.current', channel }]],
    ]),
  ),
  113: [{ type: 'int16', quantity: 'dev.temp', scale: 0.01 }],
  129: [{ type: 'int16', quantity: 'room.temp', scale: 0.01 }],
  130: [{ type: 'uint8', quantity: 'room.rh' }],
  209: [{ type: 'uint32', quantity: 'pulse.count', channel: '1' }],
  210: [{ type: 'uint32', quantity: 'pulse.count', channel: '2' }],
};
