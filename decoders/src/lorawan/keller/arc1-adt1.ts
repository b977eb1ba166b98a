import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const MEASUREMENTS = 0x01;
const INFORMATION = 0x0c;

/** Values of the maker's list that have a quantity here; bars to kPa and hPa. */
const VALUES = {
  pd: { type: 'float32', quantity: 'water.pressure', channel: 'Pd', scale: 100 },
  p1: { type: 'float32', quantity: 'water.pressure', channel: 'P1', scale: 100 },
  p2: { type: 'float32', quantity: 'water.pressure', channel: 'P2', scale: 100 },
  t: { type: 'float32', quantity: 'water.temp', channel: 'T' },
  tob1: { type: 'float32', quantity: 'water.temp', channel: 'TOB1' },
  tob2: { type: 'float32', quantity: 'water.temp', channel: 'TOB2' },
  baro: { type: 'float32', quantity: 'wx.pressure', scale: 1_000 },
  tBaro: { type: 'float32', quantity: 'dev.temp' },
  volt1: { type: 'float32', quantity: 'io.voltage', channel: '1' },
  volt2: { type: 'float32', quantity: 'io.voltage', channel: '2' },
  other: { skip: 4 },
} as const satisfies Readonly<Record<string, Step>>;

const { pd, p1, p2, t, tob1, tob2, baro, tBaro, volt1, volt2, other } = VALUES;
const probes = [pd, p1, p2, t, tob1, tob2] as const;
const withAir = [...probes, baro, tBaro] as const;

/** What each bit of the channels stands for, by the type of the connection; those of several probes on a bus are left out. */
const CONNECTIONS: Readonly<Record<number, readonly Step[]>> = {
  0: probes,
  1: probes,
  2: withAir,
  3: withAir,
  4: [...withAir, volt1, volt2],
  5: [...withAir, volt1, volt2, other],
  6: [...withAir, volt1, volt2, other, other, other, other, other],
  9: [...withAir, volt1, volt2, other, other],
  10: [...withAir, volt1, volt2, other, other],
};

function channels(values: readonly Step[]): readonly Step[] {
  return values.map((value, bit): Step => ({ when: { name: 'channels', bits: [bit, 1], equals: 1 }, steps: [value] }));
}

/** Transmitters for level probes and pressure sensors. Their clock runs in local time and is left out. */
export const arc1Adt1 = lorawan({
  id: 'keller/arc1-adt1',
  version: 1,
  vendor: 'KELLER',
  title: 'Level and pressure transmitter ARC1 and ADT1',
  domain: 'water',
  source:
    'KELLER LoRa payload, docs.kolibricloud.ch; examples of brocaar/lorawan-devices, vendor/keller/keller-codec.yaml',
  oneSource: true,
  parameters: {
    probeLevel: {
      title: 'Height of the probe: what the level is where no water stands above it',
      titleFr: 'Cote de la sonde : niveau lorsque l’eau est à son ras',
      type: 'number',
      unit: 'm',
      minimum: -50,
      maximum: 1_000,
      default: 0,
    },
  },
  derived: [
    // metres of fresh water: 1 / 9.80665 kPa
    {
      from: { quantity: 'water.pressure', channel: 'Pd' },
      to: { quantity: 'water.level' },
      factor: 0.101_972,
      offset: { parameter: 'probeLevel' },
    },
  ],
  uplinks: [
    {
      ports: 'any',
      length: [8, 68],
      when: { byte: 0, equals: MEASUREMENTS },
      steps: [
        { skip: 1 },
        { type: 'uint8', name: 'connection' },
        { type: 'uint16', name: 'channels' },
        {
          choose: 'connection',
          cases: Object.fromEntries(Object.entries(CONNECTIONS).map(([type, values]) => [type, channels(values)])),
          otherwise: 'stop',
        },
      ],
    },
    {
      ports: 'any',
      length: 20,
      when: { byte: 0, equals: INFORMATION },
      steps: [
        { at: 14, type: 'float32', quantity: 'dev.batteryVoltage' },
        { type: 'uint8', quantity: 'dev.battery' },
      ],
    },
  ],
});
