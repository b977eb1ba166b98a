import { type ByteReader, bitsOf } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { readMbusRecords } from '../../kernel/mbus.ts';
import type { ParsedPayload, ParsedValue } from '../../kernel/payload-layout.ts';

const CONTROL_INFORMATION = 0x78;
const SET_DAY = 1;

/** Bits of its errors (02 FF 2C): it was taken off its plate; what it could not do. */
const TAKEN_OFF = [0, 1] as const;
const ERRORS = [1, 15] as const;

/** Now, and the units of the set day; temperatures of periods are no reading. */
function records(reader: ByteReader): ParsedPayload {
  if (reader.bytes[0] === CONTROL_INFORMATION) reader.take(1);
  const values = readMbusRecords(reader)
    .filter(({ function: kind, subunit }) => kind === 'instantaneous' && subunit === 0)
    .filter(({ storage, name }) => storage === 0 || (storage === SET_DAY && name === 'allocatorUnits'))
    .flatMap(({ name, value, storage }): ParsedValue[] => {
      if (name === 'manufacturer2c' && typeof value === 'number') return errors(value);
      return [{ name, value, ...(storage === SET_DAY ? { channel: 'setDay' } : {}) }];
    });
  return { values, alarm: values.some(({ name, value }) => name === 'tamper' && value === 1) };
}

function errors(value: number): ParsedValue[] {
  return [
    { name: 'tamper', value: bitsOf(value, TAKEN_OFF) },
    { name: 'errors', value: bitsOf(value, ERRORS) },
  ];
}

/** Heat cost allocator: M-Bus records (EN 13757-3). Its clock tells no zone and is left out. */
export const allocator878 = lorawan({
  id: 'sontex/allocator-878',
  version: 1,
  vendor: 'Sontex',
  title: 'Heat cost allocator 878',
  domain: 'heat',
  source: 'example of actility/device-catalog, vendors/sontex/drivers/878 (the parser of the maker); EN 13757-3',
  uplinks: [
    {
      ports: [2],
      length: [6, 242],
      parse: records,
      map: {
        allocatorUnits: { quantity: 'heat.units' },
        flowTempCel: { quantity: 'io.temp', channel: 'radiator' },
        externalTempCel: { quantity: 'room.temp' },
        tamper: { quantity: 'dev.tamper', states: { 0: 'no', 1: 'yes' } },
        errors: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
      },
    },
  ],
});
