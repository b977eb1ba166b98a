import { lorawan } from '../../kernel/lorawan.ts';
import { milesightLayout } from '../../kernel/milesight.ts';
import { milesightSocket } from '../../kernel/milesight-socket.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { ws523 } from './ws523.ts';

const temperature: Step = { type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1, -3] };

/**
 * Socket in a wall, which measures its consumer and its own temperature: the format of the plug and a temperature. Its
 * third hardware counts the energy in other steps, and says so at its start only.
 */
export const ws513 = lorawan({
  ...ws523.spec,
  id: 'milesight/ws513',
  version: 1,
  title: 'Smart wall socket WS513 and WS515',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ws-series/ws513 and ws513-v3, decoders and encoder; examples of actility/device-catalog, vendors/milesight-iot/drivers/ws513',
  parameters: {
    hardware: {
      title: 'Hardware of the socket',
      titleFr: 'Version matérielle de la prise',
      type: 'choice',
      choices: ['before 3', 'from 3 on'],
      default: 'before 3',
    },
  },
  derived: [
    // hundredths of a watt-hour
    {
      from: { quantity: 'elec.import' },
      to: { quantity: 'elec.import' },
      factor: 0.01,
      when: { parameter: 'hardware', equals: 'from 3 on' },
      replaces: true,
    },
  ],
  uplinks: [
    milesightLayout({
      ...milesightSocket,
      2407: [temperature],
      // above a threshold (1) or too hot (2), and how fast it rose
      35175: [temperature, { type: 'uint8', name: 'heat', alarm: [1, 2] }],
      39271: [temperature, { skip: 2 }, { type: 'uint8', name: 'rise', alarm: [3] }],
    }),
  ],
});
