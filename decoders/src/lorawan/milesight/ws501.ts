import { choice, integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout, milesightSettings } from '../../kernel/milesight.ts';
import { milesightMeter } from '../../kernel/milesight-meter.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const CIRCUITS = 3;

/** One bit for each circuit; bits 4 to 6 say which of them have changed. */
const switches: readonly Step[] = Array.from({ length: CIRCUITS }, (_, circuit) => ({
  type: 'uint8',
  peek: circuit < CIRCUITS - 1,
  bits: [circuit, 1],
  quantity: 'io.output',
  channel: `${circuit + 1}`,
  states: { 0: 'off', 1: 'on' },
}));

/** Light switch for up to three circuits; those that a model has not are off. */
export const ws501 = lorawan({
  id: 'milesight/ws501',
  version: 1,
  vendor: 'Milesight',
  title: 'Smart wall switch WS501, WS502 and WS503',
  domain: 'electricity',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws501-eu, ws501-v4 and ws503, decoders and encoders; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws501',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...milesightMeter,
      ...milesightSettings({ 94: 1 }),
      2089: switches,
      65321: switches,
      // too hot
      35295: [{ type: 'uint8', quantity: 'dev.fault', states: { 1: 'fault' }, alarm: [1] }],
      // the key for functions was pressed
      65323: [{ skip: 1 }],
    }),
  ],
  commands: {
    'output.switch': milesightCommand(
      'Switch a circuit',
      { circuit: integer('Circuit', 1, CIRCUITS), state: choice('State', ['on', 'off']) },
      ({ circuit, state }) => {
        const bit = 1 << (Number(circuit) - 1);
        return [0x08, (bit << 4) | (state === 'on' ? bit : 0), 0xff];
      },
    ),
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
    'status.request': milesightCommand('Ask for a report', {}, () => [0xff, 0x28, 0xff]),
  },
});
