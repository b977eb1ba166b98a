import { lorawan } from '../../kernel/lorawan.ts';

/** Level sensor for large containers and silos. */
export const loraLmXl = lorawan({
  id: 'terabee/lora-lm-xl',
  version: 2,
  vendor: 'Terabee',
  title: 'Level monitoring XL',
  domain: 'waste',
  oneSource: true,
  source:
    'Terabee LoRa Level Monitoring XL user manual; examples of brocaar/lorawan-devices, vendor/terabee/lora-lm-xl-codec.yaml',
  uplinks: [
    {
      ports: 'any',
      length: [5, 6],
      steps: [
        { at: 0, type: 'uint16', quantity: 'bin.distance', scale: 0.1, absent: [0, 1, 0xffff] },
        { at: 2, type: 'uint8', quantity: 'bin.fill', absent: [0xff] },
        { at: 3, type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 },
        {
          when: { remaining: 1 },
          steps: [{ at: 5, type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' }],
        },
      ],
    },
  ],
});
