import { ELSYS_LEAK, elsysLayout } from '../../kernel/elsys.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;

/** The temperature of a second probe, and of those behind it on the same wire. */
const probes: readonly Step[] = [
  {
    when: { name: 'probe', atLeast: 2 },
    steps: [{ let: 'probe', be: { constant: 1, terms: [{ name: 'probe' }] } }],
    otherwise: [{ let: 'probe', be: { constant: 2, terms: [] } }],
  },
  { type: 'int16', quantity: 'io.temp', channel: { from: 'probe' }, scale: 0.1 },
];

/** Outdoor box with inputs for pulses, contacts, voltages and probes. Pulses since the message before are in its counters too. */
export const elt2 = lorawan({
  id: 'elsys/elt-2',
  version: 1,
  vendor: 'Elsys',
  title: 'Outdoor box for sensors ELT-2',
  domain: 'generic',
  oneSource: true,
  source:
    'https://www.elsys.se (payload description); example of brocaar/lorawan-devices, vendor/elsys/elt-2-codec.yaml',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    elsysLayout({
      1: [{ type: 'int16', quantity: 'wx.temp', scale: 0.1 }],
      2: [{ type: 'uint8', quantity: 'wx.rh' }],
      7: [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      8: [{ type: 'uint16', quantity: 'io.voltage', channel: '1', scale: 0.001 }],
      11: [{ type: 'uint32', quantity: 'pulse.count', channel: '1' }],
      12: [{ type: 'int16', quantity: 'io.temp', scale: 0.1 }],
      13: [{ type: 'uint8', quantity: 'io.input', channel: '1', states: ON_OFF }],
      14: [{ type: 'uint16', quantity: 'bin.distance', scale: 0.1 }],
      18: [ELSYS_LEAK],
      20: [{ type: 'int32', quantity: 'wx.pressure', scale: 0.001 }],
      23: [{ type: 'uint32', quantity: 'pulse.count', channel: '2' }],
      24: [{ type: 'uint16', quantity: 'io.voltage', channel: '2', scale: 0.001 }],
      25: probes,
      26: [{ type: 'uint8', quantity: 'io.input', channel: '2', states: ON_OFF }],
    }),
  ],
});
