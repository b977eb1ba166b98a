import type { Layout, Step } from './payload-layout.ts';

/** Code of a frame, then a status; bit 1 is the battery. */
export const ADEUNIS_BATTERY: readonly Step[] = [
  { skip: 1 },
  { type: 'uint8', peek: true, bits: [1, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
];

/** The counter of one input now, then what each period before added; a time without a zone may end it. */
export function adeunisPeriodic(code: number, channel: string, head: readonly Step[]): Layout {
  return {
    ports: 'any',
    length: [6, 51],
    when: { byte: 0, equals: code },
    steps: [...head, { type: 'uint32', quantity: 'pulse.count', channel }],
  };
}
