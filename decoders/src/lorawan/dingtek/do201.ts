import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { dingtekParameter, dingtekParameters, dingtekParking, DINGTEK_PORT as PORT } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Parking sensor that measures with ultrasound and the magnetic field. */
export const do201 = lorawan({
  id: 'dingtek/do201',
  version: 2,
  changed: {
    2: {
      en: 'A telegram that is cut or does not end with 81h is refused.',
      fr: 'Un télégramme tronqué ou qui ne finit pas par 81h est refusé.',
    },
  },
  vendor: 'Dingtek',
  title: 'Parking sensor DO201',
  domain: 'parking',
  source: 'TheThingsNetwork/lorawan-devices, vendor/dingtek/do201-codec.yaml',
  uplinks: [dingtekParking(23, [{ at: 17, type: 'int8', quantity: 'dev.temp' }]), dingtekParameters(16)],
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
