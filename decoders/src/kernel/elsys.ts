import type { Layout, Step } from './payload-layout.ts';

/** Bytes of the values that Elsys's devices send, by type; all big-endian. Type 0x13 is a picture of 64 pixels. */
const BYTES: Readonly<Record<number, number>> = {
  1: 2,
  2: 1,
  3: 3,
  4: 2,
  5: 1,
  6: 2,
  7: 2,
  8: 2,
  9: 6,
  10: 2,
  11: 4,
  12: 2,
  13: 1,
  14: 2,
  15: 1,
  16: 4,
  17: 1,
  18: 1,
  19: 65,
  20: 4,
  21: 2,
  22: 2,
  23: 4,
  24: 2,
  25: 2,
  26: 1,
  27: 4,
  28: 2,
  61: 4,
};

const WET = Array.from({ length: 255 }, (_, index) => index + 1);
/** How much of a leak probe is wet. */
export const ELSYS_LEAK: Step = {
  type: 'uint8',
  quantity: 'water.detected',
  states: { 0: 'no' },
  otherwise: 'yes',
  alarm: WET,
};

/** Values with a byte of type before each; types without a meaning for this device are passed over. */
export function elsysLayout(meanings: Readonly<Record<number, readonly Step[]>>): Layout {
  const unused = Object.entries(BYTES).map(([type, skip]): [string, readonly Step[]] => [type, [{ skip }]]);
  return {
    ports: 'any',
    length: [2, 222],
    steps: [
      {
        repeat: 'rest',
        steps: [
          { type: 'uint8', name: 'type' },
          { choose: 'type', cases: { ...Object.fromEntries(unused), ...meanings }, otherwise: 'stop' },
        ],
      },
    ],
  };
}
