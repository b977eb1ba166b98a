import { milesightHistory } from './milesight.ts';
import type { Step } from './payload-layout.ts';

const climate: readonly Step[] = [{ type: 'int16', quantity: 'room.temp', scale: 0.1 }];
const motion: Step = { type: 'uint8', quantity: 'room.motion', states: { 0: 'no', 1: 'yes' } };
const carbonDioxide: Step = { type: 'uint16', quantity: 'air.co2' };
const pressure: Step = { type: 'uint16', quantity: 'wx.pressure', scale: 0.1 };
const particles: readonly Step[] = [
  { type: 'uint16', quantity: 'air.pm25' },
  { type: 'uint16', quantity: 'air.pm10' },
];
/** As the level of an index of the maker, or by mass: the device is set to one of them. */
const COMPOUNDS = {
  index: { type: 'uint16', quantity: 'air.iaq', scale: 0.01 },
  mass: { type: 'uint16', quantity: 'air.tvocMass' },
} as const satisfies Readonly<Record<string, Step>>;

/** A line of the history; its humidity has two bytes, `more` ends it. */
function line(compounds: Step, more: readonly Step[]): readonly Step[] {
  return milesightHistory([
    ...climate,
    { type: 'uint16', quantity: 'room.rh', scale: 0.5 },
    motion,
    { skip: 1 },
    carbonDioxide,
    compounds,
    pressure,
    ...particles,
    ...more,
  ]);
}

/**
 * Records of the ambience sensors of Milesight's AM300 series; `gas` is the value of the one more gas that a model
 * measures. The level of light, 0 to 5, has no unit and is left out.
 */
export function milesightAm300(gas: readonly Step[] = []): Readonly<Record<number, readonly Step[]>> {
  return {
    373: [{ type: 'uint8', quantity: 'dev.battery' }],
    871: climate,
    1128: [{ type: 'uint8', quantity: 'room.rh', scale: 0.5 }],
    1280: [motion],
    1739: [{ skip: 1 }],
    1917: [carbonDioxide],
    2173: [COMPOUNDS.index],
    2278: [COMPOUNDS.mass],
    2419: [pressure],
    2941: particles.slice(0, 1),
    3197: particles.slice(1),
    3585: [{ skip: 1 }],
    8398: line(COMPOUNDS.index, gas),
    8654: line(COMPOUNDS.mass, gas),
  };
}
