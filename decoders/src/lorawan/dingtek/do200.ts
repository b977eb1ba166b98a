import { downlink, integer, numberOf } from '../../kernel/command.ts';
import { DINGTEK_PORT, dingtekParameter, dingtekParameters, dingtekParking } from '../../kernel/dingtek.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Its downlinks have another password than those of the newer models. */
const PASSWORD = '8888';

/** Parking sensor that measures with ultrasound and the magnetic field, first generation. */
export const do200 = lorawan({
  id: 'dingtek/do200',
  version: 2,
  changed: {
    2: {
      en: 'A telegram that is cut or does not end with 81h is refused.',
      fr: 'Un télégramme tronqué ou qui ne finit pas par 81h est refusé.',
    },
  },
  vendor: 'Dingtek',
  title: 'Parking sensor DO200',
  domain: 'parking',
  source: 'TheThingsNetwork/lorawan-devices, vendor/dingtek/do200-codec.yaml',
  uplinks: [dingtekParking(21), dingtekParameters(17)],
  commands: {
    'interval.set': downlink(
      'Time between reports',
      { hours: integer('Interval', 1, 168, 'h') },
      DINGTEK_PORT,
      (values) => dingtekParameter(0x01, numberOf(values, 'hours'), 1, PASSWORD),
    ),
    'interval.detection': downlink(
      'Time between measurements of the magnetic field',
      { seconds: integer('Interval', 1, 60, 's') },
      DINGTEK_PORT,
      (values) => dingtekParameter(0x04, numberOf(values, 'seconds'), 1, PASSWORD),
    ),
    'threshold.magnet': downlink(
      'Change of the magnetic field that means a vehicle',
      { change: integer('Change', 1, 255) },
      DINGTEK_PORT,
      (values) => dingtekParameter(0x02, numberOf(values, 'change'), 1, PASSWORD),
    ),
  },
});
