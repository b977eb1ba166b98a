import { choice, downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Relay with an energy meter for a circuit of 16 A. */
export const switch16a = lorawan({
  id: 'mclimate/switch-16a',
  version: 1,
  vendor: 'MClimate',
  title: '16A Switch and Power Meter',
  domain: 'electricity',
  source:
    'MClimate 16A Switch & Power Meter payload description; examples of actility/device-catalog, vendors/mclimate/drivers/16a-switch-power-meter',
  uplinks: [
    {
      ports: 'any',
      length: 12,
      when: { byte: 0, equals: 0x01 },
      steps: [
        { skip: 1 },
        { type: 'uint8', quantity: 'dev.temp' },
        { type: 'uint32', quantity: 'elec.import' },
        { type: 'uint16', quantity: 'elec.power' },
        { type: 'uint8', quantity: 'elec.voltage' },
        { type: 'uint16', quantity: 'elec.current', channel: 'L1', scale: 0.001 },
        { type: 'uint8', quantity: 'io.output', states: { 0: 'off', 1: 'on' } },
      ],
    },
  ],
  commands: {
    'output.switch': downlink('Switch', { state: choice('State', ['on', 'off']) }, 1, ({ state }) => [
      0xc1,
      state === 'on' ? 0x01 : 0x00,
    ]),
  },
});
