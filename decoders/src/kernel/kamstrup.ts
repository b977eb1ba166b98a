import type { ByteReader } from './byte-reader.ts';
import { type MbusRecord, readMbusRecords } from './mbus.ts';
import { mbusSamples } from './mbus-samples.ts';
import { readMbusHeader } from './mbus-transport.ts';
import type { ParsedPayload, ParsedValue } from './payload-layout.ts';

/** What a number of one name says in several values. */
type Parts = Readonly<Record<string, (value: number) => ParsedValue[]>>;

/**
 * M-Bus records of Kamstrup's LoRaWAN modules: values of now (storage 0), and logged ones as samples. Their times carry no
 * zone and are taken for UTC, as the maker's public codec does.
 */
export function kamstrupValues(
  reader: ByteReader,
  nameOf: (record: MbusRecord) => string | undefined,
  parts: Parts = {},
): ParsedPayload {
  readMbusHeader(reader);
  const records = readMbusRecords(reader);
  const nameOfValue = (record: MbusRecord): string | undefined => {
    const isValue = record.name !== 'date' && record.name !== 'dateTime' && !record.profile && !record.bytes;
    return isValue ? nameOf(record) : undefined;
  };
  const split = ({ name, value }: ParsedValue): ParsedValue[] => parts[name]?.(Number(value)) ?? [{ name, value }];
  const { samples, undated } = mbusSamples(records, { zone: 'UTC', nameOf: nameOfValue });
  const present = records.flatMap((record) => {
    const name = record.storage === 0 ? nameOfValue(record) : undefined;
    return name === undefined ? [] : [{ name, value: record.value }];
  });
  return {
    values: present.flatMap(split),
    samples: samples.map(({ at, values }) => ({ at, values: values.flatMap(split) })),
    warnings: undated ? ['logged values without a time were left out'] : [],
  };
}
