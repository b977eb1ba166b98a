import { lorawan } from '../../kernel/lorawan.ts';

const SPOT = { 0: 'free', 1: 'occupied' } as const;

/** Parking lot sensor. */
export const tps110 = lorawan({
  id: 'bosch/tps110',
  version: 1,
  vendor: 'Bosch',
  title: 'Parking lot sensor TPS110',
  domain: 'parking',
  source:
    'Bosch Parking Lot Sensor: communication interface description; examples of brocaar/lorawan-devices, vendor/bosch/tps110-0292-codec.yaml; ZennerIoT/element-parsers, lib/bosch_parksensor.ex',
  uplinks: [
    { ports: [1], length: 1, steps: [{ type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT }] },
    {
      ports: [2],
      length: [1, 2],
      steps: [
        { type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT },
        { when: { remaining: 1 }, steps: [{ type: 'int8', quantity: 'dev.temp' }] },
      ],
    },
    { ports: [3], length: 17, steps: [{ at: 16, type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT }] },
    { ports: [4, 5, 6], silent: 'device information, usage or debug' },
  ],
});
