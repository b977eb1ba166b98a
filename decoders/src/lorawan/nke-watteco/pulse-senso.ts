import { lorawan } from '../../kernel/lorawan.ts';
import type { MappedValue, Step } from '../../kernel/payload-layout.ts';
import { type BatchSeries, wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const ON_OFF = { 0: 'off', 1: 'on' } as const;
/** Endpoints 0 to 2 are its three inputs. */
const channel = { from: 'endpoint', plus: 1 } as const;

const batch = wattecoBatch(
  {
    labelBits: 4,
    series: [
      ...[0, 1, 2].map((input): BatchSeries => {
        return { label: input, name: `index${input + 1}`, type: 'uint32', resolution: 1 };
      }),
      ...[0, 1, 2].map((input): BatchSeries => {
        return { label: 3 + input, name: `pin${input + 1}`, type: 'uint1', resolution: 1 };
      }),
      { label: 6, name: 'battery', type: 'uint16', resolution: 100, divide: 1_000 },
      // all inputs at once, which the others tell singly
      { label: 7, name: 'states', type: 'uint16', resolution: 1 },
    ],
  },
  {
    ...Object.fromEntries(
      ['1', '2', '3'].flatMap((input): [string, MappedValue][] => [
        [`index${input}`, { quantity: 'pulse.count', channel: input }],
        [`pin${input}`, { quantity: 'io.input', channel: input, states: ON_OFF }],
      ]),
    ),
    battery: { quantity: 'dev.batteryVoltage' },
  },
);

/** Pulse counter with three inputs, for zones with and without danger of explosion. */
export const pulseSenso = lorawan({
  id: 'nke-watteco/pulse-senso',
  version: 1,
  vendor: 'nke Watteco',
  title: "Pulse counter Pulse Sens'O (water, gas, electricity)",
  domain: 'water',
  oneSource: true,
  source:
    'Watteco support, standard reports; examples of actility/device-catalog, vendors/watteco/drivers/pulse-senso_v1.1',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    ...zclReport(
      {
        983125: [{ type: 'uint8', quantity: 'io.input', channel, states: ON_OFF }],
        984066: [{ type: 'uint32', quantity: 'pulse.count', channel }],
        // all inputs at once; bits beyond the third have none
        2147811328: [
          { skip: 1 },
          ...['1', '2', '3'].map((input, bit): Step => {
            return { type: 'uint8', peek: true, bits: [bit, 1], quantity: 'io.input', channel: input, states: ON_OFF };
          }),
        ],
      },
      batch,
    ),
  ],
});
