import { lorawan } from '../../kernel/lorawan.ts';

/** Reader for water meters with pulse outputs. The low bits of the first byte say which services are on. */
export const rwmr = lorawan({
  id: 'develiot/rwmr',
  version: 1,
  vendor: 'Develiot',
  title: 'Remote water meter reader RWMR',
  domain: 'water',
  source: 'examples and codec of brocaar/lorawan-devices, vendor/develiot/rwmr-codec.yaml',
  uplinks: [
    {
      ports: [12],
      length: 11,
      order: 'le',
      steps: [
        { type: 'uint8', name: 'services', bits: [0, 4] },
        {
          when: { name: 'services', bits: [0, 1], equals: 1 },
          steps: [{ type: 'uint32', quantity: 'pulse.count', channel: '1' }],
          otherwise: [{ skip: 4 }],
        },
        {
          when: { name: 'services', bits: [1, 1], equals: 1 },
          steps: [{ type: 'uint32', quantity: 'pulse.count', channel: '2' }],
          otherwise: [{ skip: 4 }],
        },
        // 0 to 3.3 V
        { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 3.3 / 255 },
        {
          when: { name: 'services', bits: [2, 1], equals: 1 },
          // −30 to 60 °C
          steps: [{ type: 'uint8', quantity: 'dev.temp', scale: 90 / 255, offset: -30 }],
        },
      ],
    },
  ],
});
