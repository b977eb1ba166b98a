import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Seconds as a float, the least significant byte first. */
function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/** Clamp on a conductor that feeds itself. Its extremes are no quantities here. */
export const hotdrop = lorawan({
  id: 'vutility/hotdrop',
  version: 3,
  changed: {
    3: {
      en: 'The charge that has passed the conductor is told, in ampere-hours.',
      fr: 'La charge qui a traversé le conducteur est donnée, en ampères-heures.',
    },
  },
  vendor: 'Vutility',
  title: 'Current clamp HotDrop',
  domain: 'electricity',
  source: 'Vutility HotDrop codec and examples in actility/device-catalog, vendors/vutility/drivers/hotdrop-direct',
  uplinks: [
    {
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: 0x32 },
      steps: [
        { skip: 1 },
        { type: 'uint32', quantity: 'elec.charge', scale: 0.1 },
        { type: 'uint16', quantity: 'elec.current', scale: 0.1 },
        { skip: 2 },
        { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 5 / 255 }, // of its capacitor
        { type: 'uint8', quantity: 'dev.temp', scale: 120 / 255, offset: -40 },
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
