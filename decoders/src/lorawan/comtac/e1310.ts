import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Answer to QUERY STATUS (IEC 62386-102): bit 0 failure of the control gear, 1 of the lamp; the lamp is told last. */
const daliStatus: readonly Step[] = [
  { type: 'uint8', name: 'status', bits: [0, 2] },
  { constant: 'ok', quantity: 'lamp.fault' },
  {
    when: { name: 'status', bits: [0, 1], equals: 1 },
    steps: [{ constant: 'brokenLantern', quantity: 'lamp.fault' }],
  },
  { when: { name: 'status', bits: [1, 1], equals: 1 }, steps: [{ constant: 'defectiveLamp', quantity: 'lamp.fault' }] },
];

/**
 * DALI bridge. Its level is the one that was last received; what the lamp says is told only while DALI answers. Bits
 * count from the least significant, as in DALI. Port and content of its commands are not public.
 */
export const e1310 = lorawan({
  id: 'comtac/e1310',
  version: 1,
  vendor: 'Comtac',
  title: 'DALI bridge E1310',
  domain: 'lighting',
  source: 'https://github.com/ZennerIoT/element-parsers, lib/comtac_dali-bridge.ex (description of the bytes)',
  uplinks: [
    {
      ports: 'any',
      length: 6,
      steps: [
        { type: 'uint8', name: 'bridge', peek: true },
        { type: 'uint8', bits: [1, 1], quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
        { type: 'uint8', quantity: 'lamp.dim' },
        { skip: 1 },
        {
          when: { name: 'bridge', bits: [1, 1], equals: 0 },
          steps: [
            { at: 0, peek: true, type: 'uint8', bits: [3, 1], quantity: 'lamp.state', states: { 0: 'off', 1: 'on' } },
            ...daliStatus,
          ],
        },
      ],
    },
  ],
});
