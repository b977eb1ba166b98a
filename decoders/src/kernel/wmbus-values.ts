import { type MbusRecord, readWholeMbusRecords } from './mbus.ts';
import { mbusSamples } from './mbus-samples.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { priosValues } from './prios.ts';
import { qundisVolumes } from './qundis.ts';
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
  10: 'cold',
  11: 'cold',
  12: 'heat',
  13: 'heat',
  21: 'water',
  22: 'water',
};
/** Where meters keep the value of their due date: of the month, else of the year. */
const DUE_STORAGES = [3, 1];

/** A meter of heat and cooling counts the cooling as tariff 1 (EN 1434-3), or as what ran backwards. */
const HEAT_AND_COOLING = 13;
const COUNTERS = ['volumeL', 'energyWh', 'energyJ'];

/**
 * What a telegram says, by `medium name` (`water volumeL`); the channel is the number of the meter, behind it a tariff or a
 * phase. A bridge is one device, whatever number of meters it hears. Counters of earlier dates are samples of those: M-Bus
 * tells a date without a zone, which is taken for midnight UTC.
 */
export function wmbusValues(bytes: Uint8Array, takes: WmbusFilter, receivedAt: number): ParsedPayload {
  const telegram = readWmbusTelegram(bytes);
  const medium = MEDIA[telegram.deviceType];
  if (medium === undefined || !takes(telegram)) return { values: [] };
  const {
    values,
    samples = [],
    warnings = [],
  } = telegram.content === 'prios'
    ? { values: priosValues(telegram.bytes, telegram) }
    : valuesOf(telegram, telegram.deviceType === HEAT_AND_COOLING, receivedAt);
  const ofMeter = ({ name, value, channel }: Value): Value => ({
    name: `${medium} ${name}`,
    value,
    channel: channel === undefined ? telegram.meter : `${telegram.meter}-${channel}`,
  });
  return {
    values: values.map(ofMeter),
    samples: samples.map(({ at, values: kept }) => ({ at, values: kept.map(ofMeter) })),
    warnings,
  };
}

/** A gateway that was never told the time cannot judge that of a meter. */
const CLOCK_IS_SET = Date.UTC(2015, 0, 1);
const POWER_LOW = 0x04;
const QUNDIS = 'QDS';
const QUNDIS_BLOCK = 'manufacturer5f';

/** The values of now, those of the due date, and whether the battery is low (EN 13757-7, table 9). */
function valuesOf(
  { manufacturer, records: reader, status }: Extract<WmbusTelegram, { content: 'records' }>,
  coolingIsTariff1: boolean,
  receivedAt: number,
): ParsedPayload {
  const { records, cut } = readWholeMbusRecords(reader);
  if (cut && records.length === 0) throw cut;
  const block = manufacturer === QUNDIS ? records.find(({ name }) => name === QUNDIS_BLOCK)?.bytes : undefined;
  const values = block ? qundisVolumes(block) : [...presentValues(records, coolingIsTariff1), ...dueValues(records)];
  const { samples } = mbusSamples(records, {
    zone: 'UTC',
    ...(receivedAt > CLOCK_IS_SET && { notAfter: receivedAt }),
    nameOf: (record) =>
      isPlain(record) && record.tariff === 0 && COUNTERS.includes(record.name) ? record.name : undefined,
  });
  return {
    values:
      status === undefined || values.length === 0
        ? values
        : [...values, { name: 'batteryLow', value: status & POWER_LOW ? 1 : 0 }],
    samples,
    warnings: cut ? ['the last bytes of the telegram are no record'] : [],
  };
}

function presentValues(records: readonly MbusRecord[], coolingIsTariff1: boolean): Value[] {
  const present = records.filter((record) => record.storage === 0 && isPlain(record));
  const seen = new Set<string>();
  return present.flatMap(({ name, value, tariff }) => {
    const key = `${name} ${tariff}`;
    if (seen.has(key)) return [];
    seen.add(key);
    if (coolingIsTariff1 && tariff === 1 && name.startsWith('energy')) return [{ name: `${name} cooling`, value }];
    const [, bare = name, phase] = /^(.+) (L[123])$/.exec(name) ?? [];
    const channel = tariff === 0 ? phase : `T${tariff}`;
    return [{ name: bare, value, ...(channel === undefined ? {} : { channel }) }];
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
