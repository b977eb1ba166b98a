import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const METER_TRAP = 0x00;
const METER_RESPONSE = 0x58;

/** Light level in steps of 0.4 %. */
const meter: readonly Step[] = [
  { skip: 1 },
  { type: 'uint8', quantity: 'lamp.dim', scale: 0.4 },
  { type: 'uint16', quantity: 'lamp.power' },
  { type: 'uint24', quantity: 'lamp.energy' },
  { type: 'uint16', quantity: 'lamp.pf', scale: 0.001 },
  { type: 'uint16', quantity: 'lamp.current', scale: 0.001 },
  { type: 'uint32', quantity: 'lamp.voltage', scale: 0.001 },
];

/**
 * Street light controller for a pole, with a meter. Its commands are named in the public codec (0x12 on and off, 0x15
 * level) without their content, so there are none here.
 */
export const volc2180 = lorawan({
  id: 'slscorp/volc2180',
  version: 1,
  vendor: 'SLS (VIALIGHTS)',
  title: 'Street light controller VOLC2180',
  domain: 'lighting',
  source: 'brocaar/lorawan-devices, vendor/slscorp/volc2180.js (offsets and scales of the public codec)',
  uplinks: [
    { ports: 'any', length: 15, when: { byte: 0, equals: METER_RESPONSE }, steps: meter },
    {
      ports: 'any',
      length: 16,
      when: { byte: 0, equals: METER_TRAP },
      steps: [...meter, { type: 'uint8', quantity: 'dev.temp' }],
    },
    {
      ports: 'any',
      when: { byte: 0, equals: [0x05, 0x07, 0x27, 0x29, 0x37, 0x39, 0x3f, 0x41, 0x5e, 0x6a] },
      silent: 'radio, memory, commissioning or the light sensor',
    },
  ],
});
