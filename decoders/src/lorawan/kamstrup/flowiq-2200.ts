import { kamstrupValues } from '../../kernel/kamstrup.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { MbusRecord } from '../../kernel/mbus.ts';

/** Bits of the info code (manufacturer's VIFE 25h), the least significant first. */
const INFO_CODE = ['dry', 'reverse', 'leak', 'burst', 'tamper', 'lowBattery', 'frost'] as const;
const NO_YES = { 0: 'no', 1: 'yes' } as const;
const INFO = 'manufacturer25';

function nameOf({ name, function: kind, tariff }: MbusRecord): string | undefined {
  if (tariff !== 0 || kind === 'error') return undefined;
  return kind === 'instantaneous' || name === INFO ? name : `${name} ${kind}`;
}

/**
 * Ultrasonic water meter with LoRaWAN radio, sending M-Bus records (EN 13757-3, transport layer of EN 13757-7). Nearly all
 * are of its log: samples of the hour, the midnight or the month that they tell, with those before in a profile.
 */
export const flowiq2200 = lorawan({
  id: 'kamstrup/flowiq-2200',
  version: 2,
  changed: {
    2: {
      en: 'Values of the log are samples of the moment that the meter tells, with those before them: they were told as values of now.',
      fr: 'Les valeurs du journal sont des relevés à la date que donne le compteur, avec les précédentes : elles étaient données pour actuelles.',
    },
  },
  vendor: 'Kamstrup',
  title: 'Ultrasonic water meter flowIQ 2200 (02K73)',
  domain: 'water',
  oneSource: true,
  source:
    "Kamstrup's LoRaWAN integration guide, as its public codec quotes it; examples of actility/device-catalog, vendors/kamstrup/drivers/generic",
  uplinks: [
    {
      ports: 'any',
      parse: (reader) =>
        kamstrupValues(reader, nameOf, {
          [INFO]: (value) => INFO_CODE.map((flag, bit) => ({ name: flag, value: (value >> bit) & 1 })),
        }),
      map: {
        volumeL: { quantity: 'water.volume' },
        'volumeL backwards': { quantity: 'water.volumeReverse' },
        'flowLPerH minimum': { quantity: 'water.flow.min' },
        'flowLPerH maximum': { quantity: 'water.flow.max' },
        'flowTempCel minimum': { quantity: 'water.temp', channel: 'min' },
        'flowTempCel maximum': { quantity: 'water.temp', channel: 'max' },
        dry: { quantity: 'water.dry', states: NO_YES },
        reverse: { quantity: 'water.backflow', states: NO_YES },
        leak: { quantity: 'water.leak', states: NO_YES },
        burst: { quantity: 'water.burst', states: NO_YES },
        tamper: { quantity: 'water.tamper', states: NO_YES },
        lowBattery: { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        frost: { quantity: 'water.freeze', states: NO_YES },
      },
    },
  ],
});
