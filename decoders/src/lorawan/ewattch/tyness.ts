import { ewattchLayouts } from '../../kernel/ewattch.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { ChannelSpec, Step } from '../../kernel/payload-layout.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const channel: ChannelSpec = { from: 'place', plus: 1 };

/** Kind of the input and its step, then the value; the kinds are 4–20 mA, 0–10 V and 0–24 V. */
const analogue: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [5, 3], name: 'step' },
  { type: 'uint8', bits: [0, 5], name: 'kind' },
  {
    choose: 'kind',
    cases: {
      0: [{ type: 'int16', quantity: 'io.current', channel, times: { name: 'step', map: { 0: 0.01, 1: 0.001 } } }],
      1: [{ type: 'int16', quantity: 'io.voltage', channel, times: { name: 'step', map: { 0: 0.01, 1: 0.001 } } }],
      2: [{ type: 'int16', quantity: 'io.voltage', channel, times: { name: 'step', map: { 0: 0.01, 1: 0.001 } } }],
    },
    otherwise: 'stop',
  },
];

/**
 * Analogue inputs, pulses and an energy meter behind them. How many bytes its digital inputs take no public document says
 * without doubt: they end what is read.
 */
export const tyness = lorawan({
  id: 'ewattch/tyness',
  version: 1,
  vendor: 'Ewattch',
  title: 'Analogue and pulse inputs Tyness',
  domain: 'generic',
  source: 'codec of Ewattch in actility/device-catalog, vendors/ewattch/drivers/LorawanDecoder',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  rollsOverAt: { 'pulse.count': 65_536 },
  uplinks: ewattchLayouts({
    0: [{ type: 'int16', quantity: 'io.temp', channel, scale: 0.01 }],
    12: [{ type: 'uint16', quantity: 'pulse.count', channel }],
    40: analogue,
    68: [{ type: 'uint32', quantity: 'elec.import', scale: 1_000 }],
    70: [{ type: 'uint32', quantity: 'elec.reactive.import', scale: 1_000 }],
  }),
});
