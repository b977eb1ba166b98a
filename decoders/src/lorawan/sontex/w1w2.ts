import { type ByteReader, bitsOf } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { readMbusRecords } from '../../kernel/mbus.ts';
import type { MappedValue, ParsedPayload, ParsedValue } from '../../kernel/payload-layout.ts';

const CONTROL_INFORMATION = 0x78;
/** Bits of its error flags (02 FD 17) that are conditions of the water, by name. */
const CONDITIONS = { tamper: 7, burst: 8, leak: 9, backflow: 11 } as const;
/** Those below are errors of the communication, the others tell of the flow and the age of the meter. */
const ERROR_BITS = [0, 7] as const;

function records(reader: ByteReader): ParsedPayload {
  if (reader.bytes[0] === CONTROL_INFORMATION) reader.take(1);
  const values = readMbusRecords(reader).flatMap(({ name, value, storage, function: kind }): ParsedValue[] => {
    if (kind !== 'instantaneous') return [];
    if (name === 'volumeL') return [{ name: storage === 0 ? 'volume' : `volume${storage}`, value }];
    return name === 'errorFlags' && typeof value === 'number' ? flags(value) : [];
  });
  return { values, alarm: values.some(({ name, value }) => (name === 'burst' || name === 'tamper') && value === 1) };
}

function flags(value: number): ParsedValue[] {
  return [
    ...Object.entries(CONDITIONS).map(([name, bit]) => ({ name, value: bitsOf(value, [bit, 1]) })),
    { name: 'errors', value: bitsOf(value, ERROR_BITS) },
  ];
}

const condition = (quantity: string): MappedValue => ({ quantity, states: { 0: 'no', 1: 'yes' } });

/** Radio modules for water meters: M-Bus records (EN 13757-3). Its clock tells no zone and is left out. */
export const w1w2 = lorawan({
  id: 'sontex/w1w2',
  version: 1,
  vendor: 'Sontex',
  title: 'Water meter module W1 and W2',
  domain: 'water',
  source: 'example of actility/device-catalog, vendors/sontex/drivers/w1w2 (the parser of the maker); EN 13757-3',
  uplinks: [
    {
      ports: [2],
      length: [6, 242],
      parse: records,
      map: {
        volume: { quantity: 'water.volume' },
        // on its set day
        volume1: { quantity: 'water.volumeDue' },
        tamper: condition('water.tamper'),
        burst: condition('water.burst'),
        leak: condition('water.leak'),
        backflow: condition('water.backflow'),
        errors: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
      },
    },
  ],
});
