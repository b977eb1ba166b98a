import { lorawan } from '../../kernel/lorawan.ts';
import type { Layout, Step } from '../../kernel/payload-layout.ts';

const REVERSE_FLOW = 384;
const STATUS_REPORT = 1;

const temperature = (quantity: string, channel?: string): Step => ({
  type: 'uint8',
  quantity,
  ...(channel === undefined ? {} : { channel }),
  scale: 0.5,
  offset: -20,
});

/** Error with the bit of no water, litres, leak, battery under load and at rest, coldest, warmest, air. */
function status(start: number): readonly Step[] {
  return [
    { at: start + 4, type: 'uint16', peek: true, bits: [15, 1], quantity: 'water.dry', states: { 0: 'no', 1: 'yes' } },
    {
      at: start + 4,
      type: 'uint16',
      peek: true,
      bits: [0, 15],
      quantity: 'water.backflow',
      states: { [REVERSE_FLOW]: 'yes' },
      otherwise: 'no',
    },
    {
      at: start + 4,
      type: 'uint16',
      bits: [0, 15],
      quantity: 'dev.fault',
      states: { 0: 'ok', [REVERSE_FLOW]: 'ok' },
      otherwise: 'fault',
    },
    { type: 'uint32', quantity: 'water.volume' },
    // 3 and 4 are a leak of a medium and of a large kind; smaller ones only the maker's platform reckons
    {
      at: start + 22,
      type: 'uint8',
      quantity: 'water.leak',
      states: { 3: 'yes', 4: 'yes' },
      otherwise: 'no',
      alarm: [3, 4],
    },
    { skip: 1 },
    { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 0.008, offset: 1.8 },
    temperature('water.temp', 'min'),
    temperature('water.temp', 'max'),
    temperature('dev.temp'),
  ];
}

const report: Layout = { ports: [1], length: 28, order: 'le', steps: status(0) };

/** Ultrasonic meter that is clamped on a pipe. */
export const cubicmeter = lorawan({
  id: 'quandify/cubicmeter',
  version: 1,
  vendor: 'Quandify',
  title: 'Clamp-on water meter CubicMeter 1.1',
  domain: 'water',
  source: 'examples of actility/device-catalog, vendors/quandify/drivers/cubicmeter-1.1 (the driver of the maker)',
  uplinks: [
    report,
    // the answer to an order, and in it the status where it was asked for
    { ports: [6], length: 31, when: { byte: 2, equals: STATUS_REPORT }, order: 'le', steps: status(3) },
    { ports: [6], length: [3, 64], silent: 'answer to an order', steps: [] },
    { ports: [0], silent: 'ping', steps: [] },
  ],
});
