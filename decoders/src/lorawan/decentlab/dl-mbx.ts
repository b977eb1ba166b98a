import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

const distance: readonly Step[] = [
  { type: 'uint16', name: 'millimetres' },
  { type: 'uint16', name: 'samples' },
  {
    when: { name: 'samples', not: 0 },
    steps: [{ value: 'millimetres', quantity: 'bin.distance', scale: 0.1 }],
    otherwise: [{ constant: 'fault', quantity: 'dev.fault' }],
  },
];

/** Distance to what lies below, the mean of its valid samples; none where there is no valid sample. */
export const dlMbx = lorawan({
  id: 'decentlab/dl-mbx',
  version: 1,
  vendor: 'Decentlab',
  title: 'Ultrasonic level sensor DL-MBX',
  domain: 'waste',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-MBX; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-mbx',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [decentlabLayout([[...distance], [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }]])],
  commands: DECENTLAB_COMMANDS,
});
