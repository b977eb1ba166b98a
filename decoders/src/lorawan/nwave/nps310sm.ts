import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const spot: Step = { type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: { 0: 'free', 1: 'occupied' } };

/** Surface-mounted parking sensor, third generation. */
export const nps310sm = lorawan({
  id: 'nwave/nps310sm',
  version: 1,
  vendor: 'Nwave',
  title: 'Parking sensor NPS310SM',
  domain: 'parking',
  source: 'examples of brocaar/lorawan-devices, vendor/nwave/nps310sm-codec.yaml',
  oneSource: true,
  uplinks: [
    // a change, then a sign of life
    { ports: [1, 2], length: 1, steps: [spot] },
    // start: version in three bytes, cause, state
    { ports: [3], length: 5, steps: [{ skip: 4 }, spot] },
    { ports: [6], silent: 'debug message' },
  ],
});
