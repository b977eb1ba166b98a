import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

/** Counts the pulses of one contact. Those of the last interval are in its counter too. */
export const dlDlr2002 = lorawan({
  id: 'decentlab/dl-dlr2-002',
  version: 1,
  vendor: 'Decentlab',
  title: 'Pulse counter DL-DLR2-002',
  domain: 'water',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-DLR2-002; example of chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs/dl-dlr2-002',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    decentlabLayout([
      [
        { skip: 2 },
        { type: 'uint16', quantity: 'dev.interval' },
        // the lower half first
        { type: 'uint16', name: 'low' },
        { type: 'uint16', name: 'high' },
        { let: 'count', be: { terms: [{ name: 'low' }, { name: 'high', times: 65_536 }] } },
        { value: 'count', quantity: 'pulse.count' },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
