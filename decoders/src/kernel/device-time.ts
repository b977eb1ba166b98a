import type { DeviceTimeFormat, DeviceTimeRegisters, RegisterImage } from '../definition.ts';
import { bcdOf } from './byte-reader.ts';
import type { RegisterPlace } from './register-places.ts';
import { bytesOf, rawOf } from './register-value.ts';
import { localToUtc, utcOf } from './zone.ts';

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
      return whole === 0 || whole === 0xffff_ffff ? undefined : localToUtc(whole * 1_000, registers.zone);
    case 'secondsSince2000':
      return whole === 0 || whole === 0xffff_ffff ? undefined : localToUtc(YEAR_2000 + whole * 1_000, registers.zone);
    case 'unixMilliseconds':
      return whole === 0 || !Number.isSafeInteger(whole) ? undefined : localToUtc(whole, registers.zone);
    default: {
      const fields = fieldsOf(registers.format, bytes);
      if (!fields) return undefined;
      const [year, month, day, hour, minute, second, millisecond] = fields;
      return utcOf({ year, month, day, hour, minute, second, millisecond }, registers.zone);
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
