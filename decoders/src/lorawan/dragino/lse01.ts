import { integer } from '../../kernel/command.ts';
import { DRAGINO_STATUS, draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Soil moisture, temperature and conductivity, calibrated (mode 0); the raw numbers of mode 1 are left out. */
export const lse01 = lorawan({
  id: 'dragino/lse01',
  version: 1,
  vendor: 'Dragino',
  title: 'Soil sensor LSE01 and SE01-LB',
  domain: 'environment',
  oneSource: true,
  source:
    'https://github.com/dragino/dragino-end-node-decoder, LSE01 (V1.2.1) and SE01-LB; Dragino LSE01 user manual, payload and downlink',
  uplinks: [
    {
      ports: [2],
      length: 11,
      steps: [
        { type: 'uint16', bits: [0, 14], quantity: 'dev.batteryVoltage', scale: 0.001 },
        // reserved
        { skip: 2 },
        { at: 10, peek: true, type: 'uint8', bits: [7, 1], name: 'mode' },
        {
          when: { name: 'mode', equals: 0 },
          steps: [
            { type: 'uint16', quantity: 'soil.moisture', scale: 0.01 },
            { type: 'int16', quantity: 'soil.temp', scale: 0.01 },
            { type: 'uint16', quantity: 'soil.conductivity' },
          ],
        },
      ],
    },
    DRAGINO_STATUS,
  ],
  commands: { 'interval.set': draginoInterval(integer('Interval', 30, 16_777_215, 's')) },
});
