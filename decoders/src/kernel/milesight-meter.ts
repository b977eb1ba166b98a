import { milesightSettings } from './milesight.ts';
import type { Step } from './payload-layout.ts';

const current: Step = { type: 'uint16', quantity: 'elec.current', scale: 0.001 };
const failed: readonly Step[] = [{ type: 'uint8', quantity: 'dev.fault', states: { 1: 'fault' }, alarm: [1] }];

/** Voltage, power, power factor, energy and current, by the channel and type that tell that one could not be measured. */
const NOT_MEASURED = [0xb374, 0xb480, 0xb581, 0xb683, 0xb7c9];

/** Records of the meter in Milesight's switches and sockets, and the alarms of their later hardware. */
export const milesightMeter: Readonly<Record<number, readonly Step[]>> = {
  ...milesightSettings({ 34: 4, 36: 2, 37: 2, 47: 1, 48: 2, 103: 1, 131: 5, 141: 1, 189: 2, 199: 1 }),
  884: [{ type: 'uint16', quantity: 'elec.voltage', scale: 0.1 }],
  1152: [{ type: 'uint32', quantity: 'elec.power' }],
  1409: [{ type: 'uint8', quantity: 'elec.pf', scale: 0.01 }],
  1667: [{ type: 'uint32', quantity: 'elec.import' }],
  1993: [current],
  34761: [current, { type: 'uint8', quantity: 'elec.overcurrent', states: { 0: 'no', 1: 'yes' }, alarm: [1] }],
  34857: failed,
  ...Object.fromEntries(NOT_MEASURED.map((record) => [record, failed])),
};
