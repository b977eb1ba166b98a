import { choice, integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import { milesightSocket } from '../../kernel/milesight-socket.ts';

/** Plug between socket and consumer, which it measures and switches. */
export const ws523 = lorawan({
  id: 'milesight/ws523',
  version: 1,
  vendor: 'Milesight',
  title: 'Portable smart socket WS523 and WS525',
  domain: 'electricity',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws523/README.md and ws523-decoder.js, ws523-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws523',
  oneSource: true,
  uplinks: [milesightLayout(milesightSocket)],
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
