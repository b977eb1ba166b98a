import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const REPORT = 0x01;
const REPORT_2 = 0x81;
const REPORT_BYTES = 9;
const PORT = 1;

const report: readonly Step[] = [
  { type: 'uint8', name: 'version', must: [REPORT, REPORT_2] },
  { type: 'uint8', quantity: 'room.setpoint' },
  {
    choose: 'version',
    cases: {
      [REPORT]: [{ type: 'uint8', quantity: 'room.temp', scale: 165 / 256, offset: -40 }],
      // raw is 28 ⅓ at 0 °C and 5 ⅔ a degree
      [REPORT_2]: [{ type: 'uint8', quantity: 'room.temp', scale: 1 / 5.666_66, offset: -28.333_33 / 5.666_66 }],
    },
  },
  { type: 'uint8', quantity: 'room.rh', scale: 100 / 256 },
  // twelve bits each: the lower eight of place and range, then the upper four of both
  { type: 'uint8', name: 'placeLow' },
  { type: 'uint8', name: 'rangeLow' },
  { type: 'uint8', peek: true, bits: [4, 4], name: 'placeHigh' },
  { type: 'uint8', bits: [0, 4], name: 'rangeHigh' },
  { let: 'range', be: { terms: [{ name: 'rangeLow' }, { name: 'rangeHigh', times: 256 }] } },
  // the place counts from closed at the whole range to open at 0
  {
    let: 'open',
    be: { terms: [{ name: 'range' }, { name: 'placeLow', times: -1 }, { name: 'placeHigh', times: -256 }] },
  },
  { value: 'open', over: 'range', quantity: 'heat.valve', scale: 100 },
  { type: 'uint8', peek: true, bits: [4, 4], quantity: 'dev.batteryVoltage', scale: 0.1, offset: 2 },
  {
    type: 'uint8',
    peek: true,
    bits: [3, 1],
    quantity: 'door.state',
    channel: 'window',
    states: { 0: 'closed', 1: 'open' },
  },
  // the sensor of the temperature is broken, or the valve was not found
  { type: 'uint8', bits: [0, 1], name: 'broken' },
  { type: 'uint8', bits: [6, 1], name: 'notCalibrated' },
  {
    when: {
      any: [
        { name: 'broken', equals: 1 },
        { name: 'notCalibrated', equals: 1 },
      ],
    },
    steps: [{ constant: 'fault', quantity: 'dev.fault' }],
    otherwise: [{ constant: 'ok', quantity: 'dev.fault' }],
  },
];

/** Radiator thermostat. */
export const vicki = lorawan({
  id: 'mclimate/vicki',
  version: 1,
  vendor: 'MClimate',
  title: 'Radiator thermostat Vicki',
  domain: 'heat',
  source:
    'chirpstack/chirpstack-device-profiles, vendors/mclimate; examples of actility/device-catalog, vendors/mclimate/drivers/vicki, and brocaar/lorawan-devices',
  oneSource: true,
  uplinks: [
    { ports: 'any', length: REPORT_BYTES, when: { byte: 0, equals: [REPORT, REPORT_2] }, steps: report },
    {
      // answers to commands, and behind them the same report
      ports: 'any',
      length: [REPORT_BYTES + 1, 64],
      when: { byte: 0, not: [REPORT, REPORT_2] },
      steps: [{ repeat: 'rest', until: REPORT_BYTES, steps: [{ skip: 1 }] }, ...report],
    },
  ],
  commands: {
    'setpoint.set': downlink(
      'Temperature that the room is to have',
      { temperature: integer('Temperature', 5, 30, 'Cel') },
      PORT,
      (values) => [0x0e, numberOf(values, 'temperature')],
    ),
    'valve.set': downlink(
      'How far the valve is to open',
      { opening: integer('Opening', 0, 100, '%') },
      PORT,
      (values) => [0x4e, numberOf(values, 'opening')],
    ),
  },
});
