import type { MbusRecord } from './mbus.ts';
import { profileOf } from './mbus-profile.ts';
import type { ParsedValue } from './payload-layout.ts';
import { utcOf, type Zone } from './zone.ts';

/** What was kept under one storage number, of the moment that was kept with it. */
export interface MbusSample {
  at: number;
  values: ParsedValue[];
}

export interface MbusLog {
  /** What the meter's clock follows: M-Bus tells times without a zone. */
  zone: Zone;
  /** For meters that tell the next date at which they will keep a value, too. */
  notAfter?: number;
  /** Of a value that is wanted. */
  nameOf: (record: MbusRecord) => string | undefined;
}

/**
 * Stored values (storage numbers above 0) with their moment, and the profiles that lead back from them. What has no moment
 * cannot be told.
 */
export function mbusSamples(
  records: readonly MbusRecord[],
  { zone, notAfter, nameOf }: MbusLog,
): { samples: MbusSample[]; undated: boolean } {
  const samples = new Map<number, MbusSample>();
  let undated = false;
  const add = (at: number, value: ParsedValue): void => {
    const sample = samples.get(at) ?? { at, values: [] };
    samples.set(at, sample);
    sample.values.push(value);
  };
  for (const record of records) {
    const name = record.storage > 0 ? nameOf(record) : undefined;
    if (name === undefined) continue;
    const moment = momentOf(records, record.storage, zone);
    if (moment === undefined) undated = true;
    if (moment === undefined || (notAfter !== undefined && moment > notAfter)) continue;
    add(moment, { name, value: record.value });
    const profile = records.find(
      ({ name: other, storage, profile }) =>
        profile && other === `${record.name} profile` && storage === record.storage,
    )?.profile;
    if (profile && typeof record.value === 'number') {
      for (const earlier of profileOf(profile, record.value, moment)) add(earlier.at, { name, value: earlier.value });
    }
  }
  return { samples: [...samples.values()], undated };
}

function momentOf(records: readonly MbusRecord[], storage: number, zone: Zone): number | undefined {
  const date = records.find(
    (record) =>
      record.storage === storage &&
      (record.name === 'dateTime' || record.name === 'date') &&
      record.function === 'instantaneous',
  )?.value;
  const [, year, month, day, hour = 0, minute = 0, second = 0] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?$/.exec(String(date ?? ''))?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return utcOf({ year, month, day, hour: hour || 0, minute: minute || 0, second: second || 0 }, zone);
}
