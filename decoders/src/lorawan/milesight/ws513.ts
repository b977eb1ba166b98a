import { choice, integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1, -3] };

/** The mains failed: the last that it can say. */
const OUTAGE: readonly Step[] = [{ type: 'uint8', name: 'outage', alarm: [0xff] }];

/** Socket in a wall, which measures its consumer and its own temperature. */
export const ws513 = lorawan({
  id: 'milesight/ws513',
  version: 1,
  vendor: 'Milesight',
  title: 'Smart wall socket WS513 and WS515',
  domain: 'electricity',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws513/README.md and ws513-decoder.js, ws513-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws513',
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 34: 4, 36: 2, 37: 2, 47: 1, 48: 2 }),
      884: [{ type: 'uint16', quantity: 'elec.voltage', scale: 0.1 }],
      1152: [{ type: 'uint32', quantity: 'elec.power' }],
      1409: [{ type: 'uint8', quantity: 'elec.pf', scale: 0.01 }],
      1667: [{ type: 'uint32', quantity: 'elec.import' }],
      1993: [{ type: 'uint16', quantity: 'elec.current', scale: 0.001 }],
      2160: [{ type: 'uint8', bits: [0, 1], quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
      2407: [temperature],
      65343: OUTAGE,
      // above a threshold (1) or too hot (2), and how fast it rose
      35175: [temperature, { type: 'uint8', name: 'heat', alarm: [1, 2] }],
      39271: [temperature, { skip: 2 }, { type: 'uint8', name: 'rise', alarm: [3] }],
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
