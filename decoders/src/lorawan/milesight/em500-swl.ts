import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** 0xFFFF the reading failed, 0xFFFD out of the range of the probe. */
const NOT_READ = [0xffff, 0xfffd];
const depth: Step = { type: 'uint16', quantity: 'water.level', scale: 0.01, absent: NOT_READ };

/** Submersible pressure probe: metres of water above it. */
export const em500Swl = lorawan({
  id: 'milesight/em500-swl',
  version: 1,
  vendor: 'Milesight',
  title: 'Submersible water level sensor EM500-SWL',
  domain: 'water',
  source:
    'Milesight-IoT/SensorDecoders, em-series/em500-swl; example of actility/device-catalog, vendors/milesight-iot/drivers/em500-swl',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      887: [
        { type: 'uint16', peek: true, name: 'raw' },
        {
          when: { name: 'raw', equals: NOT_READ },
          steps: [{ skip: 2 }, { constant: 'fault', quantity: 'dev.fault' }],
          otherwise: [depth],
        },
      ],
      8398: milesightHistory([depth]),
      // what the probe measures: rate, highest, lowest
      65307: [{ skip: 5 }],
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
