import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

/** The mean, and how many samples it is of. */
const distance: readonly Step[] = [
  { type: 'uint16', name: 'millimetres' },
  { skip: 16 },
  { type: 'uint16', name: 'samples' },
  { skip: 2 },
  {
    when: { name: 'samples', not: 0 },
    steps: [{ value: 'millimetres', quantity: 'bin.distance', scale: 0.1 }],
    otherwise: [{ constant: 'fault', quantity: 'dev.fault' }],
  },
];

/** Distance by laser; the mean, whose extremes and percentiles are left out. */
export const dlLid = lorawan({
  id: 'decentlab/dl-lid',
  version: 1,
  vendor: 'Decentlab',
  title: 'Laser level sensor DL-LID',
  domain: 'waste',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-LID; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-lid',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [decentlabLayout([distance, [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }]])],
  commands: DECENTLAB_COMMANDS,
});
