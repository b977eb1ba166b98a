import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const climate: readonly Step[] = [
  { type: 'uint16', quantity: 'wx.rh', scale: 0.1 },
  { type: 'int16', quantity: 'wx.temp', scale: 0.1 },
];

/** Street air quality and noise station; its FPort is the generation of its firmware. */
export const pengy = lorawan({
  id: 'sting/pengy',
  version: 1,
  vendor: 'Sting',
  title: 'Air quality and noise station Pengy',
  domain: 'environment',
  source: 'examples of brocaar/lorawan-devices, vendor/sting/pengy-codec.yaml',
  uplinks: [
    {
      ports: [1],
      length: 8,
      steps: [
        ...climate,
        { type: 'uint16', quantity: 'air.pm10', scale: 0.1 },
        { type: 'uint16', quantity: 'air.pm25', scale: 0.1 },
      ],
    },
    {
      ports: [2],
      length: 18,
      steps: [
        ...climate,
        { type: 'uint16', quantity: 'air.pm10', scale: 0.1 },
        { type: 'uint16', quantity: 'air.pm25', scale: 0.1 },
        { type: 'uint16', quantity: 'wx.pressure' },
        { type: 'uint16', quantity: 'air.co' },
        { type: 'uint16', quantity: 'air.nh3' },
        { skip: 2 },
        { type: 'uint16', quantity: 'noise.level', scale: 0.01 },
      ],
    },
    {
      ports: [3],
      length: 14,
      steps: [
        ...climate,
        { type: 'uint16', quantity: 'wx.pressure' },
        { type: 'uint16', quantity: 'air.pm1', scale: 0.1 },
        { type: 'uint16', quantity: 'air.pm25', scale: 0.1 },
        { type: 'uint16', quantity: 'air.pm10', scale: 0.1 },
        { type: 'uint16', quantity: 'noise.level', scale: 0.01 },
      ],
    },
  ],
});
