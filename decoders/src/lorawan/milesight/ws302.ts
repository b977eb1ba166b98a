import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightLayout } from '../../kernel/milesight.ts';

const A_WEIGHTED = 1;
const FAST = 1;

/** Sound level meter. Levels are told only when they are A-weighted, as noise in a city is. */
export const ws302 = lorawan({
  id: 'milesight/ws302',
  version: 2,
  vendor: 'Milesight',
  title: 'Sound level meter WS302',
  domain: 'environment',
  source: 'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws302/README.md',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      1371: [
        { type: 'uint8', name: 'weighting', bits: [0, 2] },
        {
          when: { name: 'weighting', equals: A_WEIGHTED },
          steps: [
            { type: 'uint16', quantity: 'noise.level', scale: 0.1 },
            { type: 'uint16', quantity: 'noise.laeq', scale: 0.1 },
            { type: 'uint16', quantity: 'noise.lamax', scale: 0.1 },
          ],
          otherwise: [{ skip: 6 }],
        },
      ],
    }),
  ],
  commands: {
    'weighting.reset': milesightCommand('Measure LAF: A-weighted, fast', {}, () => [0xff, 0x1d, A_WEIGHTED, FAST]),
  },
});
