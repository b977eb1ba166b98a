/**
 * What a clock follows: UTC, a fixed offset (`+01:00`: winter time all year, as meters do), or the civil time of a
 * European zone with the summer time of Directive 2000/84/EC. Other zones would need the tables of ICU, for which a
 * gateway has no memory.
 */
export type Zone = 'UTC' | 'WET' | 'CET' | 'EET' | `${'+' | '-'}${number}:${number}`;

/** How a zone is written where a document or a mapping gives one. */
export const ZONE_PATTERN = '^(UTC|WET|CET|EET|[+-](0[0-9]|1[0-4]):[0-5][0-9])$';

export interface Calendar {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const HOUR_MS = 3_600_000;
const EUROPEAN: Readonly<Record<string, number>> = { WET: 0, CET: HOUR_MS, EET: 2 * HOUR_MS };

/** Epoch milliseconds; `undefined` for what is no date. The hour that occurs twice in autumn is taken as its first. */
export function utcOf({ year, month, day, hour, minute, second }: Calendar, zone: Zone): number | undefined {
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(local);
  const isDate =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isDate ? local - offsetOf(local, zone) : undefined;
}

function offsetOf(local: number, zone: Zone): number {
  if (zone === 'UTC') return 0;
  const winter = EUROPEAN[zone];
  if (winter === undefined) {
    const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
    return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * 60_000);
  }
  const summer = winter + HOUR_MS;
  return isSummerTime(local - summer) ? summer : winter;
}

/** From 01:00 UTC of the last Sunday in March to that of the last Sunday in October. */
function isSummerTime(utc: number): boolean {
  const year = new Date(utc).getUTCFullYear();
  return utc >= lastSunday(year, 2) && utc < lastSunday(year, 9);
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0, 1));
  return last.getTime() - last.getUTCDay() * 24 * HOUR_MS;
}
