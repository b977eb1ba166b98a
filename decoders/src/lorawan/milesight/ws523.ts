import { choice, integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** The mains failed: the last that it can say. */
const OUTAGE: readonly Step[] = [{ type: 'uint8', name: 'outage', alarm: [0xff] }];

/** Plug between socket and consumer, which it measures and switches. */
export const ws523 = lorawan({
  id: 'milesight/ws523',
  version: 1,
  vendor: 'Milesight',
  title: 'Portable smart socket WS523 and WS525',
  domain: 'electricity',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws523/README.md and ws523-decoder.js, ws523-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws523',
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 34: 4, 36: 2, 37: 2, 47: 1, 48: 2 }),
      884: [{ type: 'uint16', quantity: 'elec.voltage', scale: 0.1 }],
      1152: [{ type: 'uint32', quantity: 'elec.power' }],
      1409: [{ type: 'uint8', quantity: 'elec.pf', scale: 0.01 }],
      1667: [{ type: 'uint32', quantity: 'elec.import' }],
      1993: [{ type: 'uint16', quantity: 'elec.current', scale: 0.001 }],
      65343: OUTAGE,
      2160: [{ type: 'uint8', bits: [0, 1], quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
    }),
  ],
  commands: {
    'output.switch': milesightCommand('Switch the socket', { state: choice('State', ['on', 'off']) }, ({ state }) => [
      0x08,
      state === 'on' ? 0x01 : 0x00,
      0xff,
      0xff,
    ]),
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
    'status.request': milesightCommand('Ask for a report', {}, () => [0xff, 0x28, 0xff]),
  },
});
