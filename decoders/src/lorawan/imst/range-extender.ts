import { lorawan } from '../../kernel/lorawan.ts';

/** Range extender for wireless M-Bus: only its own state; the telegrams that it passes on belong to their meters. */
export const rangeExtender = lorawan({
  id: 'imst/range-extender',
  version: 2,
  vendor: 'IMST',
  title: 'Wireless M-Bus range extender iO-WMB-RE',
  domain: 'generic',
  source: 'examples and codec of brocaar/lorawan-devices, vendor/imst/range-extender-codec.yaml',
  uplinks: [
    {
      ports: [3],
      length: [28, 31],
      order: 'le',
      steps: [
        { type: 'uint32', secondsSince: 0 },
        { at: 10, type: 'uint32', quantity: 'dev.resets' },
        // memory full, memory wrong
        { at: 15, type: 'uint8', bits: [0, 2], quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
        { skip: 12 },
        { when: { remaining: 2 }, steps: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }] },
      ],
    },
  ],
});
