import { milesightSettings } from './milesight.ts';
import type { Step } from './payload-layout.ts';

/** Records of Milesight's switched sockets, which measure their consumer. */
export const milesightSocket: Readonly<Record<number, readonly Step[]>> = {
  ...milesightSettings({ 34: 4, 36: 2, 37: 2, 47: 1, 48: 2 }),
  884: [{ type: 'uint16', quantity: 'elec.voltage', scale: 0.1 }],
  1152: [{ type: 'uint32', quantity: 'elec.power' }],
  1409: [{ type: 'uint8', quantity: 'elec.pf', scale: 0.01 }],
  1667: [{ type: 'uint32', quantity: 'elec.import' }],
  1993: [{ type: 'uint16', quantity: 'elec.current', scale: 0.001 }],
  2160: [{ type: 'uint8', bits: [0, 1], quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
  // the mains failed: the last that it can say
  65343: [{ type: 'uint8', name: 'outage', alarm: [0xff] }],
};
