/**
 * What a device's clock follows: `UTC`, a fixed offset (`+01:00`: winter time all year, as meters do), `WET`, `CET` or `EET`
 * with the summer time of Directive 2000/84/EC, or a name of the IANA database (`Europe/Paris`). The last needs the tables of
 * ICU, which cost a gateway some megabytes when the first device asks for them.
 */
export type Zone = string;

export interface Calendar {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond?: number;
}

const FIXED = /^(?:UTC|Z|([+-])(\d{2}):?(\d{2}))$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const EUROPEAN: Readonly<Record<string, number>> = { WET: 0, CET: HOUR_MS, EET: 2 * HOUR_MS };

/** Whether a zone is one that a clock can be read in. */
export function isZone(zone: string): boolean {
  if (FIXED.test(zone) || Object.hasOwn(EUROPEAN, zone)) return true;
  try {
    formatIn(zone);
    return true;
  } catch {
    return false;
  }
}

/** Epoch milliseconds of what a clock shows; `undefined` for what is no date. */
export function utcOf({ year, month, day, hour, minute, second, millisecond = 0 }: Calendar, zone: Zone) {
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const date = new Date(local);
  const isDate =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isDate ? localToUtc(local, zone) : undefined;
}

/** `local` as if the clock showed UTC. Of an hour that clocks show twice it is the first. */
export function localToUtc(local: number, zone: Zone): number {
  const fixed = FIXED.exec(zone);
  if (fixed) {
    const [, sign, hours = '0', minutes = '0'] = fixed;
    const offset = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
    return sign === undefined ? local : sign === '-' ? local + offset : local - offset;
  }
  const winter = EUROPEAN[zone];
  if (winter === undefined) return byTables(local, zone);
  const summer = local - winter - HOUR_MS;
  return isSummerTime(summer) ? summer : local - winter;
}

/** From 01:00 UTC of the last Sunday in March to that of the last Sunday in October. */
function isSummerTime(utc: number): boolean {
  const year = new Date(utc).getUTCFullYear();
  return utc >= lastSunday(year, 2) && utc < lastSunday(year, 9);
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0, 1));
  return last.getTime() - last.getUTCDay() * DAY_MS;
}

/** A zone's offset changes by hours at most, so that the offsets a day before and after are all that there are. */
function byTables(local: number, zone: string): number {
  const offsets = [offsetAt(local - DAY_MS, zone), offsetAt(local + DAY_MS, zone)];
  const candidates = offsets
    .map((offset) => local - offset)
    .filter((at, index) => offsetAt(at, zone) === offsets[index]);
  return candidates.length > 0 ? Math.min(...candidates) : local - Math.min(...offsets);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const options = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: undefined, ...options });
  formats.set(zone, format);
  return format;
}

function offsetAt(at: number, zone: string): number {
  const parts = Object.fromEntries(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}
