import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { type MbusRecord, readMbusRecords } from '../../kernel/mbus.ts';
import { readMbusHeader } from '../../kernel/mbus-transport.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';

/** Bits of the info code (manufacturer's VIFE 25h), the least significant first. */
const INFO_CODE = ['dry', 'reverse', 'leak', 'burst', 'tamper', 'lowBattery', 'frost'] as const;
const NO_YES = { 0: 'no', 1: 'yes' } as const;

/** Everything is a log entry (storage 1) of the hour or midnight before; its time carries no zone and is left out. */
function parse(reader: ByteReader): ParsedPayload {
  readMbusHeader(reader);
  return {
    values: readMbusRecords(reader)
      .filter(({ tariff }) => tariff === 0)
      .flatMap(valuesOf),
  };
}

function valuesOf({ name, value, function: kind }: MbusRecord): { name: string; value: number | string }[] {
  if (name === 'manufacturer25') {
    return INFO_CODE.map((flag, bit) => ({ name: flag, value: (Number(value) >> bit) & 1 }));
  }
  return kind === 'error' ? [] : [{ name: kind === 'instantaneous' ? name : `${name} ${kind}`, value }];
}

/** Ultrasonic water meter with LoRaWAN radio, sending M-Bus records (EN 13757-3, transport layer of EN 13757-7). */
export const flowiq2200 = lorawan({
  id: 'kamstrup/flowiq-2200',
  version: 1,
  vendor: 'Kamstrup',
  title: 'Ultrasonic water meter flowIQ 2200 (02K73)',
  domain: 'water',
  source:
    "Kamstrup's LoRaWAN integration guide, as its public codec quotes it; examples of actility/device-catalog, vendors/kamstrup/drivers/generic",
  uplinks: [
    {
      ports: 'any',
      parse,
      map: {
        volumeL: { quantity: 'water.volume' },
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
