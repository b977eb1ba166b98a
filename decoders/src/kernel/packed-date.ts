import { bitsOf } from './byte-reader.ts';
import { utcOf, type Zone } from './zone.ts';

type Bits = readonly [first: number, count: number];

/** A calendar that is packed into one number, as bits or as decimal digits; what is not named is the first of its kind. */
export interface PackedDate {
  /** Which bits of the raw number hold which part. */
  year: Bits;
  /** The upper bits of a year that lies in two places, as in type G of M-Bus (EN 13757-3, annex A). */
  yearHigh?: Bits;
  month: Bits;
  day: Bits;
  hour?: Bits;
  minute?: Bits;
  second?: Bits;
  /** The month that stands as 0; without it the months count from 1. */
  monthFrom?: number;
  /** The year that stands as 0. */
  yearFrom: number;
  /** The parts are two packed decimal digits each (BCD). */
  bcd?: boolean;
  /** What the device's clock follows, as its document says. */
  zone: Zone;
}

/** Epoch milliseconds; `undefined` for what is no date, such as a clock that was never set. */
export function packedTime(
  raw: number,
  { yearFrom, monthFrom = 0, bcd, zone, ...bits }: PackedDate,
): number | undefined {
  const part = (place: Bits | undefined, otherwise: number): number => {
    if (!place) return otherwise;
    const value = bitsOf(raw, place);
    if (!bcd) return value;
    return value % 16 > 9 || value >> 4 > 9 ? Number.NaN : (value >> 4) * 10 + (value % 16);
  };
  return utcOf(
    {
      year: yearFrom + part(bits.year, 0) + part(bits.yearHigh, 0) * 2 ** bits.year[1],
      month: part(bits.month, 1) + monthFrom,
      day: part(bits.day, 1),
      hour: part(bits.hour, 0),
      minute: part(bits.minute, 0),
      second: part(bits.second, 0),
    },
    zone,
  );
}
