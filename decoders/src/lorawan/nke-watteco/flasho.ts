import { lorawan } from '../../kernel/lorawan.ts';
import { wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const batch = wattecoBatch(
  {
    labelBits: 1,
    series: [
      { label: 0, name: 'index', type: 'uint32', resolution: 1 },
      { label: 1, name: 'battery', type: 'uint16', resolution: 100, divide: 1_000 },
    ],
  },
  { index: { quantity: 'pulse.count' }, battery: { quantity: 'dev.batteryVoltage' } },
);

/** Optical reader of the flashes of an electricity meter. */
export const flasho = lorawan({
  id: 'nke-watteco/flasho',
  version: 1,
  vendor: 'nke Watteco',
  title: "Optical meter reader Flash'O",
  domain: 'electricity',
  oneSource: true,
  source: 'Watteco support, standard reports; examples of actility/device-catalog, vendors/watteco/drivers/flasho_v1.1',
  parameters: {
    ...PULSE_WEIGHT,
    medium: {
      title: 'What the flashes count',
      titleFr: 'Ce que comptent les éclats',
      type: 'choice',
      choices: ['electricity', 'water', 'gas', 'heat'],
      default: 'electricity',
    },
  },
  derived: PULSE_WEIGHED,
  uplinks: [
    ...zclReport(
      {
        983125: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }],
        984066: [{ type: 'uint32', quantity: 'pulse.count' }],
      },
      batch,
    ),
  ],
});
