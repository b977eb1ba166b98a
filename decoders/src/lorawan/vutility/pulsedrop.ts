import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Seconds as a float, the least significant byte first. */
function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/** Pulse counter that harvests its energy; what a pulse is worth is the meter's affair. */
export const pulsedrop = lorawan({
  id: 'vutility/pulsedrop',
  version: 2,
  vendor: 'Vutility',
  title: 'Pulse counter PulseDrop',
  domain: 'generic',
  source:
    'Vutility PulseDrop codec and examples in chirpstack/chirpstack-device-profiles, vendors/vutility/codecs/pulsedrop.js',
  uplinks: [
    {
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: 0x1c },
      steps: [
        { skip: 1 },
        { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 5 / 255 }, // of its capacitor
        { type: 'uint8', quantity: 'dev.temp', scale: 120 / 255, offset: -40 },
        { type: 'uint32', quantity: 'pulse.count' },
        { skip: 3 },
        // the meter did not answer, or not as it should
        { type: 'uint8', bits: [0, 2], quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
      ],
    },
  ],
  commands: {
    'interval.set': downlink('Time between reports', { minutes: integer('Interval', 1, 30, 'min') }, 3, (values) => [
      0x54,
      0x00,
      ...floatBytes(numberOf(values, 'minutes') * 60),
      0x00,
      0x00,
      0x00,
      0x00,
    ]),
  },
});
