import { choice, downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const REPORT = 0x01;
const REPORT_BYTES = 12;
/** Commands that are answered with their own number. */
const ANSWERS = [
  ...[0x04, 0x12, 0x19, 0x1b, 0x1d, 0x1f, 0x21, 0x23, 0x25, 0x5a, 0x5c, 0x5d, 0x5f],
  ...[0x60, 0x61, 0x62, 0x63, 0x70, 0x71, 0x72, 0x73, 0xa0, 0xb1],
];

const report: readonly Step[] = [
  { type: 'uint8', must: [REPORT] },
  { type: 'uint8', quantity: 'dev.temp' },
  { type: 'uint32', quantity: 'elec.import' },
  { type: 'uint16', quantity: 'elec.power' },
  { type: 'uint8', quantity: 'elec.voltage' },
  { type: 'uint16', quantity: 'elec.current', channel: 'L1', scale: 0.001 },
  { type: 'uint8', quantity: 'io.output', states: { 1: 'on' }, otherwise: 'off' },
];

/** Relay with an energy meter for a circuit of 16 A. */
export const switch16a = lorawan({
  id: 'mclimate/switch-16a',
  version: 2,
  vendor: 'MClimate',
  title: '16A Switch and Power Meter',
  domain: 'electricity',
  source:
    'MClimate 16A Switch & Power Meter payload description; examples of actility/device-catalog, vendors/mclimate/drivers/16a-switch-power-meter',
  oneSource: true,
  uplinks: [
    { ports: 'any', length: REPORT_BYTES, when: { byte: 0, equals: REPORT }, steps: report },
    {
      // answers to commands, and behind them the same report
      ports: 'any',
      length: [REPORT_BYTES + 1, 64],
      when: { byte: 0, equals: ANSWERS },
      steps: [{ repeat: 'rest', until: REPORT_BYTES, steps: [{ skip: 1 }] }, ...report],
    },
    { ports: 'any', when: { byte: 0, equals: ANSWERS }, silent: 'answer to a command' },
  ],
  commands: {
    'output.switch': downlink('Switch', { state: choice('State', ['on', 'off']) }, 1, ({ state }) => [
      0xc1,
      state === 'on' ? 0x01 : 0x00,
    ]),
  },
});
