import { lobaroLayouts, lobaroPart } from '../../kernel/lobaro-bridge.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { OMS } from '../../kernel/wmbus-meanings.ts';

/**
 * Bridge that passes on telegrams of wireless M-Bus meters: of all makers where they are in clear, of Diehl under its
 * common keys too. The channel of a meter's readings is its number; the bridge's own have none.
 */
export const wmbusBridge = lorawan({
  id: 'lobaro/wmbus-bridge',
  version: 3,
  changed: {
    3: {
      en: 'Meters of cooling and of heat and cooling (0Ah, 0Bh, 0Dh) and of gas, compact frames of Kamstrup and blocks of Qundis are read, a checksum behind the records costs them no longer, and values of earlier dates are samples.',
      fr: 'Les compteurs de froid, de chaleur et froid (0Ah, 0Bh, 0Dh) et de gaz, les trames compactes de Kamstrup et les blocs de Qundis sont lus, une somme de contrôle en fin de trame ne les fait plus perdre, et les valeurs de dates antérieures sont des relevés.',
    },
  },
  vendor: 'Lobaro',
  title: 'Wireless M-Bus bridge for water, heat and electricity meters',
  domain: 'generic',
  source:
    'Lobaro, LoRaWAN communication of the wireless M-Bus gateways (status, payload formats 0, 1 and 2); EN 13757-3, -4 and -7; OMS volume 2',
  uplinks: lobaroLayouts(() => true, OMS),
  partOf: lobaroPart,
});
