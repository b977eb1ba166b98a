import type { DeviceTimeFormat, DeviceTimeRegisters, RegisterImage } from '../definition.ts';
import { bcdOf } from './byte-reader.ts';
import type { RegisterPlace } from './register-places.ts';
import { bytesOf, rawOf } from './register-value.ts';

const WIDTHS: Readonly<Record<DeviceTimeFormat, number>> = {
  unixSeconds: 2,
  unixMilliseconds: 4,
  secondsSince2000: 2,
  iec60870: 4,
  monthDayYearHour: 3,
  sixRegisters: 6,
  bcd: 3,
};
const YEAR_2000 = Date.UTC(2000, 0, 1);
const FIXED_ZONE = /^(?:UTC|Z|([+-])(\d{2}):?(\d{2}))$/;
const MINUTE_MS = 60_000;
/** IEC 60870-5-4: bit 7 of the minutes says that the time is not to be trusted. */
const IEC_INVALID = 0x80;

/** Year, month from 1, day, hour, minute, second, millisecond. */
type Fields = [number, number, number, number, number, number, number];

export function deviceTimePlace({ table, address, format }: DeviceTimeRegisters): RegisterPlace {
  return { table, address, width: WIDTHS[format] };
}

/** The device's time in epoch milliseconds; undefined where it tells none. */
export function deviceTimeIn(registers: DeviceTimeRegisters, image: RegisterImage): number | undefined {
  const { table, address, width } = deviceTimePlace(registers);
  const words = image.words(table, address, width);
  if (!words) return undefined;
  const bytes = bytesOf(words, registers.order ?? 'ABCD');
  const whole = Number(rawOf(width === 4 ? 'uint64' : 'uint32', width >= 2 ? bytes : new Uint8Array(8)));
  switch (registers.format) {
    case 'unixSeconds':
      return whole === 0 || whole === 0xffff_ffff ? undefined : inZone(whole * 1_000, registers.zone);
    case 'secondsSince2000':
      return whole === 0 || whole === 0xffff_ffff ? undefined : inZone(YEAR_2000 + whole * 1_000, registers.zone);
    case 'unixMilliseconds':
      return whole === 0 || !Number.isSafeInteger(whole) ? undefined : inZone(whole, registers.zone);
    default: {
      const fields = fieldsOf(registers.format, bytes);
      const local = fields && localMs(fields);
      return local === undefined ? undefined : inZone(local, registers.zone);
    }
  }
}

type FieldFormat = Exclude<DeviceTimeFormat, 'unixSeconds' | 'unixMilliseconds' | 'secondsSince2000'>;

function fieldsOf(format: FieldFormat, bytes: Uint8Array): Fields | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = bytes;
  switch (format) {
    case 'iec60870':
      if (f & IEC_INVALID) return undefined;
      return [
        2000 + (b & 0x7f),
        c & 0x0f,
        d & 0x1f,
        e & 0x1f,
        f & 0x3f,
        Math.floor((g * 256 + h) / 1_000),
        (g * 256 + h) % 1_000,
      ];
    case 'monthDayYearHour':
      return [1900 + c, a, b, d, e, f, 0];
    case 'sixRegisters': {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = Array.from(
        { length: 6 },
        (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0),
      );
      return [year < 100 ? 2000 + year : year, month, day, hour, minute, second, 0];
    }
    case 'bcd': {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [a, b, c, d, e, f].map((one) =>
        bcdOf([one]),
      );
      return [2000 + year, month, day, hour, minute, second, 0];
    }
  }
}

/** As if the clock showed UTC; undefined for what no clock shows. */
function localMs([year, month, day, hour, minute, second, millisecond]: Fields): number | undefined {
  const at = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const back = new Date(at);
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second;
  return same ? at : undefined;
}

/** Whether a zone is one that a clock can be read in. */
export function isZone(zone: string): boolean {
  if (FIXED_ZONE.test(zone)) return true;
  try {
    formatIn(zone);
    return true;
  } catch {
    return false;
  }
}

/** Of an hour that the clocks show twice, the first. */
function inZone(local: number, zone: string): number {
  const fixed = FIXED_ZONE.exec(zone);
  if (fixed) {
    const [, sign, hours = '0', minutes = '0'] = fixed;
    const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
    return sign === undefined ? local : sign === '-' ? local + offset : local - offset;
  }
  // A zone's offset changes by hours at most, so that the offsets a day before and after are all that there are.
  const day = 24 * 60 * MINUTE_MS;
  const offsets = [offsetAt(local - day, zone), offsetAt(local + day, zone)];
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
