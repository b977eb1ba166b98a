import { kamstrupValues } from '../../kernel/kamstrup.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { MbusRecord } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Info code of the meter (manufacturer's VIFE 22h): any bit is a fault, bit 1 a low battery. */
const INFO = 'manufacturer22';

function nameOf({ name, function: kind, tariff, subunit }: MbusRecord): string | undefined {
  return kind === 'instantaneous' && tariff === 0 && subunit === 0 ? name : undefined;
}

/**
 * LoRaWAN module of heat and cooling meters, sending M-Bus records (EN 13757-3, transport layer of EN 13757-7). Values of
 * its log are samples of the moment that they tell.
 */
export const multical = lorawan({
  id: 'kamstrup/multical',
  version: 2,
  changed: {
    2: {
      en: 'Values of the log are samples of the moment that the meter tells: they were told as values of now. Energy keeps its watt-hours; cooling energy, temperature difference and battery are read.',
      fr: 'Les valeurs du journal sont des relevés à la date que donne le compteur : elles étaient données pour actuelles. L’énergie garde ses wattheures ; l’énergie de froid, l’écart de température et la pile sont lus.',
    },
  },
  vendor: 'Kamstrup',
  title: 'Heat meter MULTICAL with LoRaWAN module HC-003-55',
  domain: 'heat',
  source:
    "Kamstrup's public LoRaWAN codec for HC-003-55 (actility/device-catalog, vendors/kamstrup/drivers/generic): header, units, info code; EN 13757-3",
  uplinks: [
    {
      ports: 'any',
      parse: (reader) =>
        kamstrupValues(reader, nameOf, {
          [INFO]: (value) => [
            { name: 'info', value },
            { name: 'lowBattery', value: (value >> 1) & 1 },
          ],
        }),
      map: {
        ...HEAT_METER,
        diffTempK: { quantity: 'heat.diffTemp' },
        // E3, which the maker tells apart from the heat by a VIFE of its own
        'energyWh manufacturer02': { quantity: 'cold.energy', scale: 0.001 },
        'energyJ manufacturer02': { quantity: 'cold.energy', scale: 1 / 3_600_000 },
        info: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
        lowBattery: { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
      },
    },
  ],
});
