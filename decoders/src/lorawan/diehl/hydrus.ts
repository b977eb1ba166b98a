import { lobaroLayouts, lobaroPart } from '../../kernel/lobaro-bridge.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { OMS_WATER } from '../../kernel/wmbus-meanings.ts';

const MAKERS = ['DME', 'HYD'];

/**
 * Ultrasonic water meter with OMS telegrams behind a LoRaWAN bridge of Lobaro, whose other telegrams are left out. The
 * channel is the number of the meter. The due value is that of the month where the meter keeps one, else of the year.
 */
export const hydrus = lorawan({
  id: 'diehl/hydrus',
  version: 2,
  changed: {
    2: {
      en: 'Values of earlier dates are samples; a checksum behind the records costs them no longer.',
      fr: 'Les valeurs de dates antérieures sont des relevés ; une somme de contrôle en fin de trame ne les fait plus perdre.',
    },
  },
  vendor: 'Diehl Metering',
  title: 'Ultrasonic water meter HYDRUS behind a wireless M-Bus bridge',
  domain: 'water',
  source: 'EN 13757-3; telegrams of the tests of wmbusmeters/wmbusmeters, driver hydrus',
  uplinks: lobaroLayouts(
    ({ content, manufacturer }) => content === 'records' && MAKERS.includes(manufacturer),
    OMS_WATER,
  ),
  partOf: lobaroPart,
});
