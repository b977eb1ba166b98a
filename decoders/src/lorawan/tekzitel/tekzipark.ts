import { downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const PARAMETERS = 3;

const status: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [7, 1], quantity: 'spot.state', states: { 0: 'free', 1: 'occupied' } },
  // something lies on the sensor
  { type: 'uint8', peek: true, bits: [4, 1], quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
  { type: 'uint8', bits: [5, 1], quantity: 'dev.batteryState', states: { 0: 'low', 1: 'ok' } },
  { type: 'int8', quantity: 'dev.temp' },
];

/** Parking sensor with a magnetometer and a radar. */
export const tekzipark = lorawan({
  id: 'tekzitel/tekzipark',
  version: 1,
  vendor: 'Tekzitel',
  title: 'Parking sensor TEKZIPARK',
  domain: 'parking',
  source: 'examples of brocaar/lorawan-devices, vendor/tekzitel/tekzipark-codec.yaml',
  uplinks: [
    // then the number of the spot, and beacons in sight
    { ports: [1], length: [3, 51], steps: status },
    // then the number of the spot and what the magnetometer and the radar see
    { ports: [2], length: 12, steps: status },
  ],
  commands: {
    'parameters.reset': downlink("Set all parameters to the vendor's defaults", {}, PARAMETERS, () => [
      0x47, 0x16, 0x18, 0xeb, 0x00, 0x00, 0x68, 0xaa,
    ]),
  },
});
