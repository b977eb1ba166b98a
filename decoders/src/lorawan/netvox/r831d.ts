import { choice, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { netvoxCommand, netvoxLayouts } from '../../kernel/netvox.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const R831D = 0xb0;
const CIRCUITS = ['1', '2', '3'] as const;
const circuit = integer('Circuit', 1, CIRCUITS.length);

const contacts = (quantity: string): Step[] =>
  CIRCUITS.map((channel) => ({ type: 'uint8', quantity, channel, states: { 0: 'off' }, otherwise: 'on' }));

/** Three relays and three dry contacts: lighting circuits of a cabinet and what they answer. */
export const r831d = lorawan({
  id: 'netvox/r831d',
  version: 2,
  changed: { 2: { en: 'Several reports in one payload are read.', fr: 'Plusieurs rapports dans une trame sont lus.' } },
  vendor: 'Netvox',
  title: 'Multifunctional control box R831D',
  domain: 'generic',
  source: 'Netvox R831D user manual, commands; examples of brocaar/lorawan-devices, vendor/netvox/r831d-codec.yaml',
  oneSource: true,
  uplinks: netvoxLayouts(R831D, { 1: [...contacts('io.output'), ...contacts('io.input')] }),
  commands: {
    'output.switch': netvoxCommand(
      'Switch a relay',
      { circuit, state: choice('State', ['on', 'off']) },
      ({ state }) => (state === 'on' ? 0x91 : 0x90),
      R831D,
      (values) => [1 << (numberOf(values, 'circuit') - 1)],
    ),
    'output.switchAll': netvoxCommand(
      'Switch all relays',
      { state: choice('State', ['on', 'off']) },
      ({ state }) => (state === 'on' ? 0x91 : 0x90),
      R831D,
      () => [0x07],
    ),
    'output.toggle': netvoxCommand('Toggle a relay', { circuit }, 0x92, R831D, (values) => [
      1 << (numberOf(values, 'circuit') - 1),
    ]),
    'status.request': netvoxCommand('Ask for a report', {}, 0x94, R831D),
    'interval.set': netvoxCommand(
      'Least and most time between reports',
      { least: integer('Least', 1, 65_535, 's'), most: integer('Most', 1, 65_535, 's') },
      0x01,
      R831D,
      (values) => [...uintBytes(numberOf(values, 'least'), 2), ...uintBytes(numberOf(values, 'most'), 2)],
    ),
  },
});
