import { ByteReader } from './byte-reader.ts';
import { dateOf } from './mbus-date.ts';
import type { ParsedValue } from './payload-layout.ts';

/** Litres follow, the VIF of the first volume says. */
const VOLUMES_AT = 12;
const LITRES = [0xc1, 0x13];

/**
 * The block (VIF FFh 5Fh) that water meters of Qundis send in place of records: volume now, then date and volume of the
 * year's end and of the month's, after the tests of wmbusmeters/wmbusmeters, driver qwaterv2.
 */
export function qundisVolumes(bytes: Uint8Array): ParsedValue[] {
  const isVolumes = LITRES.every((byte, index) => bytes[VOLUMES_AT - 4 + index] === byte);
  if (!isVolumes || bytes.length < VOLUMES_AT + 16) return [];
  const reader = new ByteReader(bytes);
  reader.seek(VOLUMES_AT);
  const volume = reader.bcd(4, 'le');
  reader.take(6); // of the year
  const date = dateOf(reader.uint(2, 'le'));
  const due = reader.bcd(4, 'le');
  return [
    { name: 'volumeL', value: volume },
    ...(date === undefined
      ? []
      : [
          { name: 'dueVolumeL', value: due },
          { name: 'dueDate', value: date },
        ]),
  ].filter(({ value }) => !Number.isNaN(value));
}
