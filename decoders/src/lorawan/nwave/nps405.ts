import { lorawan } from '../../kernel/lorawan.ts';

const SPOT = { 0: 'free', 1: 'occupied' } as const;

/** Parking sensor, fourth generation, flush or surface-mounted. How long the state before lasted is left out. */
export const nps405 = lorawan({
  id: 'nwave/nps405',
  version: 1,
  vendor: 'Nwave',
  title: 'Parking sensor NPS405',
  domain: 'parking',
  source: 'examples of brocaar/lorawan-devices, vendor/nwave/nps405-codec.yaml',
  uplinks: [
    { ports: [1], length: 1, steps: [{ type: 'uint8', bits: [7, 1], quantity: 'spot.state', states: SPOT }] },
    {
      ports: [2],
      length: [3, 6],
      steps: [
        { type: 'uint8', peek: true, bits: [7, 1], quantity: 'spot.state', states: SPOT },
        { type: 'uint8', bits: [0, 7], quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
        { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 0.004, offset: 2.5 },
        { type: 'int8', quantity: 'dev.temp', scale: 0.5, offset: 10 },
      ],
    },
    // start: version in three bytes, cause, state
    {
      ports: [3],
      length: 5,
      steps: [{ skip: 4 }, { type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT }],
    },
    // debug: nothing measured
    { ports: [6], steps: [] },
    // a user's tag at the spot: it says something of the spot only when a vehicle is there
    {
      ports: [10],
      length: 5,
      steps: [{ type: 'uint8', bits: [7, 1], quantity: 'spot.state', states: { 1: 'occupied' } }],
    },
  ],
});
