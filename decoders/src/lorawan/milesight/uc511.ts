import { choice, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand, milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const VALVE = { 0: 'closed', 1: 'open' } as const;
const ON_OFF = { 0: 'off', 1: 'on' } as const;

/** 0xFF answers a command that waits for its time. */
const valve = (channel: string): Step => ({ type: 'uint8', quantity: 'water.valve', channel, states: VALVE });
const pulses = (channel: string): Step => ({ type: 'uint32', quantity: 'pulse.count', channel });
const input = (channel: string): Step => ({ type: 'uint8', quantity: 'io.input', channel, states: ON_OFF });
const pressure: Step = { type: 'uint16', quantity: 'water.pressure' };

/** One valve at a moment: bit 0 open, bit 1 its input is one of contact, bit 2 the contact, bit 4 which valve. */
const valveThen: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [4, 1], name: 'valve' },
  { type: 'uint8', peek: true, bits: [1, 1], name: 'isContact' },
  {
    type: 'uint8',
    peek: true,
    bits: [0, 1],
    quantity: 'water.valve',
    channel: { from: 'valve', plus: 1 },
    states: VALVE,
  },
  {
    when: { name: 'isContact', equals: 1 },
    steps: [
      { type: 'uint8', bits: [2, 1], quantity: 'io.input', channel: { from: 'valve', plus: 1 }, states: ON_OFF },
      { skip: 4 },
    ],
    otherwise: [{ skip: 1 }, { type: 'uint32', quantity: 'pulse.count', channel: { from: 'valve', plus: 1 } }],
  },
];

/** Rule of time, open, number of the valve; at once (sequence 0); the time, and no number of pulses. */
function switchValve(open: boolean, index: number, seconds: number): number[] {
  const control = (seconds > 0 ? 0x80 : 0) + (open ? 0x20 : 0) + index;
  return [0xff, 0x1d, control, 0x00, ...uintBytes(seconds, 3, 'le'), 0, 0, 0, 0];
}

/** Controller of two latching valves with a pulse input each. */
export const uc511 = lorawan({
  id: 'milesight/uc511',
  version: 1,
  vendor: 'Milesight',
  title: 'Solenoid valve controller UC511',
  domain: 'water',
  source:
    'Milesight-IoT/SensorDecoders, uc-series/uc511; examples of actility/device-catalog, vendors/milesight-iot/drivers/uc511',
  oneSource: true,
  parameters: {
    pulseWeight: {
      title: 'Litres a pulse',
      titleFr: 'Litres par impulsion',
      type: 'number',
      unit: 'L',
      minimum: 0.001,
      maximum: 10_000,
    },
  },
  derived: [
    {
      from: { quantity: 'pulse.count', each: true },
      to: { quantity: 'water.volume' },
      factor: { parameter: 'pulseWeight' },
    },
  ],
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      769: [valve('1')],
      1224: [pulses('1')],
      1281: [valve('2')],
      1736: [pulses('2')],
      1793: [input('1')],
      2049: [input('2')],
      2427: [pressure],
      47483: [{ type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' }],
      // a valve's strategy, condition, lowest, highest; the pressure and whether it is out of them
      3061: [{ skip: 6 }, pressure, { type: 'uint8', name: 'threshold', alarm: [1] }],
      3759: [{ skip: 3 }],
      4015: [{ skip: 3 }],
      8398: milesightHistory(valveThen),
      8654: milesightHistory([pressure]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 10, 64_800, 's')),
    'valve.switch': milesightCommand(
      'Open or close a valve; for a time where that is not 0',
      {
        valve: integer('Valve', 1, 2),
        state: choice('State', ['open', 'closed']),
        seconds: integer('Time', 0, 0xff_ffff, 's'),
      },
      (values) => switchValve(values.state === 'open', numberOf(values, 'valve') - 1, numberOf(values, 'seconds')),
    ),
  },
});
