import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;
/** Endpoints 0 to 2 are its three inputs. */
const channel = { from: 'endpoint', plus: 1 } as const;

/** Pulse counter with three inputs, for zones with and without danger of explosion. */
export const pulseSenso = lorawan({
  id: 'nke-watteco/pulse-senso',
  version: 1,
  vendor: 'nke Watteco',
  title: "Pulse counter Pulse Sens'O (water, gas, electricity)",
  domain: 'water',
  source:
    'Watteco support, standard reports; examples of actility/device-catalog, vendors/watteco/drivers/pulse-senso_v1.1',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    ...zclReport({
      983125: [{ type: 'uint8', quantity: 'io.input', channel, states: ON_OFF }],
      984066: [{ type: 'uint32', quantity: 'pulse.count', channel }],
      // all inputs at once; bits beyond the third have none
      2147811328: [
        { skip: 1 },
        ...['1', '2', '3'].map((input, bit): Step => {
          return { type: 'uint8', peek: true, bits: [bit, 1], quantity: 'io.input', channel: input, states: ON_OFF };
        }),
      ],
    }),
  ],
});
