import { choice, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { netvoxCommand, netvoxLayouts } from '../../kernel/netvox.ts';

const R809A = 0x0e;
const raised = { 0: 'no' } as const;
const NOT_ZERO = Array.from({ length: 255 }, (_, index) => index + 1);

/** Switched socket with a meter. An alarm is any value but 0. */
export const r809a = lorawan({
  id: 'netvox/r809a',
  version: 3,
  changed: { 3: { en: 'Several reports in one payload are read.', fr: 'Plusieurs rapports dans une trame sont lus.' } },
  vendor: 'Netvox',
  title: 'Switched and metered socket R809A',
  domain: 'electricity',
  source:
    'Netvox R809A user manual, chapter 5; examples of brocaar/lorawan-devices, vendor/netvox/r809a-codec.yaml; tago-io/decoders, connector/netvox/r809a',
  uplinks: netvoxLayouts(R809A, {
    1: [
      { type: 'uint8', quantity: 'io.output', states: { 0: 'off' }, otherwise: 'on' },
      { type: 'uint32', quantity: 'elec.import' },
      { type: 'uint8', quantity: 'elec.overcurrent', states: raised, otherwise: 'yes', alarm: NOT_ZERO },
      // surge of current, then loss of the mains
      { type: 'uint8', name: 'surge', alarm: NOT_ZERO },
      { type: 'uint8', name: 'powerOff', alarm: NOT_ZERO },
    ],
    2: [
      { type: 'uint16', quantity: 'elec.voltage' },
      { type: 'uint16', quantity: 'elec.current', scale: 0.001 },
      { type: 'uint16', quantity: 'elec.power' },
    ],
  }),
  commands: {
    'output.switch': netvoxCommand(
      'Switch',
      { state: choice('State', ['on', 'off']) },
      ({ state }) => (state === 'on' ? 0x91 : 0x90),
      R809A,
    ),
    'output.toggle': netvoxCommand('Toggle', {}, 0x92, R809A),
    'energy.clear': netvoxCommand('Set the energy to zero', {}, 0x93, R809A),
    'status.request': netvoxCommand('Ask for a report', {}, 0x94, R809A),
    'interval.set': netvoxCommand(
      'Least and most time between reports, and the changes that cause one',
      {
        least: integer('Least', 1, 65_535, 's'),
        most: integer('Most', 1, 65_535, 's'),
        current: integer('Change of current', 0, 65_535, 'mA'),
        power: integer('Change of power', 0, 65_535, 'W'),
      },
      0x01,
      R809A,
      (values) => ['least', 'most', 'current', 'power'].flatMap((name) => uintBytes(numberOf(values, name), 2)),
    ),
    'interval.read': netvoxCommand('Ask for the times between reports', {}, 0x02, R809A),
  },
});
