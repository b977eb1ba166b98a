import { milesightSettings } from './milesight.ts';
import { milesightMeter } from './milesight-meter.ts';
import type { Step } from './payload-layout.ts';

/** Records of Milesight's switched sockets, which measure their consumer. */
export const milesightSocket: Readonly<Record<number, readonly Step[]>> = {
  ...milesightMeter,
  ...milesightSettings({ 171: 3 }),
  2160: [{ type: 'uint8', bits: [0, 1], quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
  // the mains failed: the last that it can say
  65343: [{ type: 'uint8', name: 'outage', alarm: [0xff] }],
};
