import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const OUT_OF_RANGE = 4;

const battery: Step = { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 0.1, offset: 2 };
const distance: Step = { type: 'uint16', quantity: 'bin.distance' };
/** Nothing within the range of the laser is no fault of the sensor. */
const status: Step = {
  type: 'uint8',
  name: 'status',
  quantity: 'dev.fault',
  states: { 0: 'ok', [OUT_OF_RANGE]: 'ok' },
  otherwise: 'fault',
};
const withStatus: readonly Step[] = [
  battery,
  { at: 3, peek: true, type: 'uint8', name: 'status' },
  {
    when: { name: 'status', equals: 0 },
    steps: [distance],
    otherwise: [{ skip: 2 }],
  },
  status,
];
const climate: readonly Step[] = [
  { type: 'int16', quantity: 'bin.temp', scale: 0.01 },
  { type: 'uint16', quantity: 'bin.rh', scale: 0.01 },
];

/** Laser bin level sensor. */
export const fillingDegreeSensor = lorawan({
  id: 'teneo-iot/filling-degree-sensor',
  version: 1,
  vendor: 'Teneo IoT',
  title: 'Filling degree sensor',
  domain: 'waste',
  source: 'examples of brocaar/lorawan-devices, vendor/teneo-iot/filling-degree-sensor-codec.yaml',
  uplinks: [
    { ports: [1], length: 3, steps: [battery, distance] },
    { ports: [1], length: 7, steps: [battery, distance, ...climate] },
    { ports: [1], length: 4, steps: withStatus },
    { ports: [1], length: 8, steps: [...withStatus, ...climate] },
    { ports: [2], length: 2, steps: [battery, status] },
    // it is charged
    { ports: [3], length: [1, 8], steps: [battery] },
  ],
});
