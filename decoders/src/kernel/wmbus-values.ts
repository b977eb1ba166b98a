import { type MbusRecord, readMbusRecords } from './mbus.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { priosValues } from './prios.ts';
import { readWmbusTelegram, type WmbusTelegram } from './wmbus-telegram.ts';

type Value = ParsedPayload['values'][number];

/** Which telegrams a definition takes; the others of what a bridge hears are left out. */
export type WmbusFilter = (telegram: WmbusTelegram) => boolean;

const MEDIA: Readonly<Record<number, string>> = {
  2: 'electricity',
  3: 'gas',
  4: 'heat',
  6: 'water',
  7: 'water',
  12: 'heat',
  21: 'water',
  22: 'water',
};
/** Where meters keep the value of their due date: of the month, else of the year. */
const DUE_STORAGES = [3, 1];

/**
 * What a telegram says, by `medium name` (`water volumeL`); the channel is the number of the meter, behind it a tariff.
 * A bridge is one device, whatever number of meters it hears.
 */
export function wmbusValues(bytes: Uint8Array, takes: WmbusFilter): ParsedPayload {
  const telegram = readWmbusTelegram(bytes);
  const medium = MEDIA[telegram.deviceType];
  if (medium === undefined || !takes(telegram)) return { values: [] };
  const values = telegram.content === 'prios' ? priosValues(telegram.bytes, telegram) : valuesOf(telegram);
  return {
    values: values.map(({ name, value, channel }) => ({
      name: `${medium} ${name}`,
      value,
      channel: channel === undefined ? telegram.meter : `${telegram.meter}-${channel}`,
    })),
  };
}

const POWER_LOW = 0x04;

/** The values of now, those of the due date, and whether the battery is low (EN 13757-7, table 9). */
function valuesOf({ records: reader, status }: Extract<WmbusTelegram, { content: 'records' }>): Value[] {
  const records = readMbusRecords(reader);
  const values = [...presentValues(records), ...dueValues(records)];
  if (status === undefined || values.length === 0) return values;
  return [...values, { name: 'batteryLow', value: status & POWER_LOW ? 1 : 0 }];
}

function presentValues(records: readonly MbusRecord[]): Value[] {
  const present = records.filter((record) => record.storage === 0 && isPlain(record));
  const seen = new Set<string>();
  return present.flatMap(({ name, value, tariff }) => {
    const key = `${name} ${tariff}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ name, value, ...(tariff === 0 ? {} : { channel: `T${tariff}` }) }];
  });
}

function isPlain({ function: kind, subunit }: MbusRecord): boolean {
  return kind === 'instantaneous' && subunit === 0;
}

function dueValues(records: readonly MbusRecord[]): Value[] {
  for (const storage of DUE_STORAGES) {
    const kept = records.filter((record) => record.storage === storage && record.tariff === 0 && isPlain(record));
    const volume = kept.find(({ name }) => name === 'volumeL');
    const date = kept.find(({ name }) => name === 'date' || name === 'dateTime');
    if (volume && date) {
      return [
        { name: 'dueVolumeL', value: volume.value },
        { name: 'dueDate', value: String(date.value).slice(0, 10) },
      ];
    }
  }
  return [];
}
