import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { readMbusRecords } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';
import { readMbusHeader } from '../../kernel/mbus-transport.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';

/** The latest value of each kind, present or logged (storage 1); the log's time carries no zone and is left out. */
function parse(reader: ByteReader): ParsedPayload {
  readMbusHeader(reader);
  return {
    values: readMbusRecords(reader).filter(
      (record) => record.function === 'instantaneous' && record.storage <= 1 && record.tariff === 0,
    ),
  };
}

/** LoRaWAN module of heat and cooling meters, sending M-Bus records (EN 13757-3, transport layer of EN 13757-7). */
export const multical = lorawan({
  id: 'kamstrup/multical',
  version: 1,
  vendor: 'Kamstrup',
  title: 'Heat meter MULTICAL with LoRaWAN module HC-003-55',
  domain: 'heat',
  source:
    "Kamstrup's public LoRaWAN codec for HC-003-55 (actility/device-catalog, vendors/kamstrup/drivers/generic): header, units, info code; EN 13757-3",
  uplinks: [
    {
      ports: 'any',
      parse,
      map: {
        ...HEAT_METER,
        /** Info code of the meter (manufacturer's VIFE 22h): any bit is a fault. */
        manufacturer22: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
      },
    },
  ],
});
