import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { dingtekParameter } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';

const PORT = 3;
const HEADER = 0x80;

/** Parking sensor that measures with ultrasound and the magnetic field. */
export const do201 = lorawan({
  id: 'dingtek/do201',
  version: 1,
  vendor: 'Dingtek',
  title: 'Parking sensor DO201',
  domain: 'parking',
  source: 'TheThingsNetwork/lorawan-devices, vendor/dingtek/do201-codec.yaml',
  uplinks: [
    {
      ports: [PORT],
      length: 23,
      steps: [
        { at: 0, type: 'uint8', must: [HEADER] },
        {
          at: 7,
          peek: true,
          type: 'uint8',
          bits: [4, 4],
          quantity: 'spot.state',
          states: { 0: 'free' },
          otherwise: 'occupied',
        },
        { at: 8, type: 'uint8', bits: [0, 4], quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.01 },
        { at: 17, type: 'int8', quantity: 'dev.temp' },
      ],
    },
    // answer to a read of the parameters: nothing measured
    { ports: [PORT], length: 16, when: { byte: 3, equals: 0x03 }, steps: [] },
  ],
  commands: {
    'interval.set': downlink('Time between reports', { hours: integer('Interval', 1, 168, 'h') }, PORT, (values) =>
      dingtekParameter(0x01, numberOf(values, 'hours')),
    ),
    'interval.detection': downlink(
      'Time between measurements',
      { minutes: integer('Interval', 1, 60, 'min') },
      PORT,
      (values) => dingtekParameter(0x08, numberOf(values, 'minutes')),
    ),
    'threshold.distance': downlink(
      'Distance below which a vehicle stands there',
      { distance: integer('Distance', 15, 255, 'cm') },
      PORT,
      (values) => dingtekParameter(0x02, numberOf(values, 'distance')),
    ),
    'threshold.magnet': downlink(
      'Change of the magnetic field that means a vehicle',
      { change: integer('Change', 1, 65_535) },
      PORT,
      (values) => dingtekParameter(0x0f, numberOf(values, 'change'), 2),
    ),
    'threshold.battery': downlink(
      'Charge at which the battery is low',
      { charge: integer('Charge', 5, 99, '%') },
      PORT,
      (values) => dingtekParameter(0x05, numberOf(values, 'charge')),
    ),
  },
});
