import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
/** The reading of the dial; what one of it is worth is set at the module. */
const count: Step = { type: 'uint32', quantity: 'pulse.count' };

/** Of one byte: measuring, sabotage, battery, checksum, radio, restart. */
const STATUS: readonly Step[] = [
  { type: 'uint8', peek: true, name: 'errors' },
  { constant: 'ok', quantity: 'dev.fault' },
  {
    when: {
      any: [
        { name: 'errors', bits: [0, 1], equals: 1 },
        { name: 'errors', bits: [3, 3], not: 0 },
      ],
    },
    steps: [{ constant: 'fault', quantity: 'dev.fault' }],
  },
  { type: 'uint8', peek: true, bits: [1, 1], quantity: 'water.tamper', states: NO_YES, alarm: [1] },
  { type: 'uint8', bits: [2, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
];

/** Radio module for water meters. Its public text names no unit of the flows at the hours of a day: they are left out. */
export const waterMeter = lorawan({
  id: 'innotas/water-meter',
  version: 1,
  vendor: 'Innotas',
  title: 'LoRaWAN water meter (EAS)',
  domain: 'water',
  source: 'examples of actility/device-catalog, vendors/innotas/drivers/lora-wireless-water-meter (the only source)',
  parameters: {
    pulseWeight: {
      title: 'Litres a count',
      titleFr: 'Litres par unité de l’index',
      type: 'number',
      unit: 'L',
      minimum: 0.001,
      maximum: 10_000,
    },
  },
  derived: [
    { from: { quantity: 'pulse.count' }, to: { quantity: 'water.volume' }, factor: { parameter: 'pulseWeight' } },
    {
      from: { quantity: 'pulse.count', channel: 'due' },
      to: { quantity: 'water.volumeDue' },
      factor: { parameter: 'pulseWeight' },
    },
  ],
  uplinks: [
    { ports: [1], length: 4, steps: [count] },
    {
      ports: [2],
      length: 11,
      steps: [
        count,
        { type: 'uint32', quantity: 'pulse.count', channel: 'due' },
        ...STATUS,
        { type: 'uint8', bits: [7, 1], quantity: 'water.leak', states: NO_YES, alarm: [1] },
      ],
    },
    {
      // the highest flow, rest of a day, its start, the lowest flow
      ports: [3],
      length: 11,
      steps: [count, { type: 'uint16', quantity: 'water.flow.max' }],
    },
    { ports: [4], length: 12, steps: [count] },
    { ports: [9], silent: 'statistics of the radio', steps: [] },
    {
      // two bytes the driver names nothing of, the status, the interval
      ports: [10],
      length: 4,
      steps: [{ skip: 2 }, ...STATUS],
    },
  ],
});
