import { choice, integer, numberOf } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const CIRCUITS = 8;
const state = choice('State', ['on', 'off']);

/** One bit for each circuit, after a byte of those that have changed. */
const switches: readonly Step[] = Array.from({ length: CIRCUITS }, (_, circuit) => ({
  type: 'uint8',
  peek: circuit < CIRCUITS - 1,
  bits: [circuit, 1],
  quantity: 'lamp.state',
  channel: `${circuit + 1}`,
  states: { 0: 'off', 1: 'on' },
}));

/** Controller for eight lighting circuits with one meter for all. */
export const ws558 = lorawan({
  id: 'milesight/ws558',
  version: 2,
  vendor: 'Milesight',
  title: 'Smart light controller WS558',
  domain: 'lighting',
  source: 'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws558/README.md',
  oneSource: true,
  uplinks: [
    milesightLayout({
      884: [{ type: 'uint16', quantity: 'lamp.voltage', scale: 0.1 }],
      1152: [{ type: 'uint32', quantity: 'lamp.power' }],
      1409: [{ type: 'uint8', quantity: 'lamp.pf', scale: 0.01 }],
      1667: [{ type: 'uint32', quantity: 'lamp.energy' }],
      1993: [{ type: 'uint16', quantity: 'lamp.current', scale: 0.001 }],
      2097: [{ skip: 1 }, ...switches],
    }),
  ],
  commands: {
    'lamp.switch': milesightCommand(
      'Switch a circuit',
      { circuit: integer('Circuit', 1, CIRCUITS), state },
      ({ state: wanted, ...values }) => {
        const bit = 1 << (numberOf(values, 'circuit') - 1);
        return [0x08, bit, wanted === 'on' ? bit : 0];
      },
    ),
    'lamp.switchAll': milesightCommand('Switch all circuits', { state }, ({ state: wanted }) => [
      0x08,
      0xff,
      wanted === 'on' ? 0xff : 0,
    ]),
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
    'status.request': milesightCommand('Ask for a report', {}, () => [0xff, 0x28, 0xff]),
  },
});
