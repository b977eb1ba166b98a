import { lorawan } from '../../kernel/lorawan.ts';
import { wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { PULSE_WEIGHED, PULSE_WEIGHT } from '../../parameters/pulse-weight.ts';

const batch = wattecoBatch(
  {
    labelBits: 3,
    series: [
      { label: 0, name: 'current', type: 'float32', resolution: 0.004 },
      { label: 1, name: 'voltage', type: 'float32', resolution: 1 },
      { label: 2, name: 'battery', type: 'uint16', resolution: 100, divide: 1_000 },
      { label: 3, name: 'supply', type: 'uint16', resolution: 100, divide: 1_000 },
      { label: 4, name: 'index', type: 'uint32', resolution: 1 },
    ],
  },
  {
    current: { quantity: 'io.current' },
    voltage: { quantity: 'io.voltage' },
    battery: { quantity: 'dev.batteryVoltage' },
    supply: { quantity: 'dev.supplyVoltage' },
    index: { quantity: 'pulse.count' },
  },
);

/** Reader of a current loop (endpoint 0) or a voltage (endpoint 1), with a pulse input. */
export const presso = lorawan({
  id: 'nke-watteco/presso',
  version: 1,
  vendor: 'nke Watteco',
  title: "4–20 mA and 0–10 V reader Press'O",
  domain: 'generic',
  oneSource: true,
  source: 'Watteco support, standard reports; examples of actility/device-catalog, vendors/watteco/drivers/presso_v1.1',
  parameters: PULSE_WEIGHT,
  derived: PULSE_WEIGHED,
  uplinks: [
    ...zclReport(
      {
        786517: [
          {
            choose: 'endpoint',
            cases: {
              0: [{ type: 'float32', quantity: 'io.current' }],
              1: [{ type: 'float32', quantity: 'io.voltage' }],
            },
          },
        ],
        983125: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }],
        984066: [{ type: 'uint32', quantity: 'pulse.count' }],
      },
      batch,
    ),
  ],
});
