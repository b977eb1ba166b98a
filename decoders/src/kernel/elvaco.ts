import { ByteReader, PayloadTooShort } from './byte-reader.ts';
import { mbusValues, readMbusRecords } from './mbus.ts';
import { HEAT_METER } from './mbus-heat.ts';
import type { Layout, MappedValue, ParsedPayload, ParsedValue } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/** Calories of M-Bus are international: 4.1868 J. */
const KWH_PER_CALORIE = 4.1868 / 3_600_000;
const KWH: Readonly<Record<string, number>> = {
  Wh: 0.001,
  kWh: 1,
  MWh: 1_000,
  GWh: 1_000_000,
  J: 1 / 3_600_000,
  kJ: 1 / 3_600,
  MJ: 1 / 3.6,
  GJ: 1_000 / 3.6,
  Cal: KWH_PER_CALORIE,
  kCal: 1_000 * KWH_PER_CALORIE,
  MCal: 1_000_000 * KWH_PER_CALORIE,
  GCal: 1_000_000_000 * KWH_PER_CALORIE,
};

/** Heat and, where a module tells it with a VIFE of its maker (FFh 02h), cooling energy. */
const MEANINGS: Readonly<Record<string, MappedValue>> = {
  ...HEAT_METER,
  energyCal: { quantity: 'heat.energy', scale: KWH_PER_CALORIE },
  'energyWh manufacturer02': { quantity: 'cold.energy', scale: 0.001 },
  'energyJ manufacturer02': { quantity: 'cold.energy', scale: 1 / 3_600_000 },
  'energyCal manufacturer02': { quantity: 'cold.energy', scale: KWH_PER_CALORIE },
};

/**
 * Modules of Elvaco: a byte that names the format (`formats`, of one module), then M-Bus records (EN 13757-3), in a
 * format of its own (`json`) a short text. The port is set at the module.
 */
export function elvacoLayouts(formats: readonly number[], json: number): Layout[] {
  return [
    {
      ports: 'any',
      when: { byte: 0, equals: formats },
      parse: (reader) => {
        reader.take(1);
        return presentValues(reader.take(reader.remaining));
      },
      map: MEANINGS,
    },
    {
      ports: 'any',
      when: { byte: 0, equals: json },
      parse: jsonMessage,
      map: { energyKwh: { quantity: 'heat.energy' } },
    },
  ];
}

/** Records of the modules that hold several numbers: what they begin with, their bytes in all, what they hold. */
const PACKED: readonly {
  begin: readonly number[];
  bytes: number;
  read: (record: ByteReader) => ParsedValue[];
}[] = [
  { begin: [0x07, 0xff, 0xa0], bytes: 12, read: powerFlowAndTemperatures },
  // error flags, then the number of the meter
  { begin: [0x06, 0xff, 0x21], bytes: 9, read: (record) => [{ name: 'errorFlags', value: record.uint(2, 'le') }] },
  { begin: [0x07, 0xff, 0x21], bytes: 11, read: (record) => [{ name: 'errorFlags', value: record.uint(4, 'le') }] },
  { begin: [0x0d, 0xff, 0x21, 0xe9], bytes: 13, read: (record) => [{ name: 'errorFlags', value: record.uint(1) }] },
];

/** A byte of powers of ten as the VIFs of power and flow count them; both temperatures in hundredths, flow, power. */
function powerFlowAndTemperatures(record: ByteReader): ParsedValue[] {
  const scaling = record.uint(1);
  return [
    { name: 'flowTempCel', value: record.int(2, 'le') / 100 },
    { name: 'returnTempCel', value: record.int(2, 'le') / 100 },
    { name: 'flowLPerH', value: timesTen(record.int(2, 'le'), (scaling & 7) - 3) },
    { name: 'powerW', value: timesTen(record.int(2, 'le'), ((scaling >> 4) & 7) - 3) },
  ];
}

function timesTen(value: number, power: number): number {
  return power < 0 ? value / 10 ** -power : value * 10 ** power;
}

/** What is of now. An energy behind the time of the meter is that of the midnight before. */
function presentValues(bytes: Uint8Array): ParsedPayload {
  const { plain, packed } = unpacked(bytes);
  const { values } = mbusValues(new ByteReader(plain));
  const time = values.findIndex(({ name }) => name === 'dateTime');
  const present = values.filter(({ name }, index) => time === -1 || index < time || !name.startsWith('energy'));
  return { values: [...present, ...packed] };
}

/** The records of M-Bus without those of `PACKED` among them, and the values of these. */
function unpacked(bytes: Uint8Array): { plain: Uint8Array; packed: ParsedValue[] } {
  const plain: number[] = [];
  const packed: ParsedValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = PACKED.find(({ begin }) => begin.every((byte, index) => bytes[at + index] === byte));
    if (kind && areRecords(plain)) {
      const { begin, bytes: length, read } = kind;
      if (at + length > bytes.length) throw new PayloadTooShort(at, length, bytes.length);
      packed.push(...read(new ByteReader(bytes.subarray(at + begin.length, at + length))));
      at += length;
    } else plain.push(bytes[at++] ?? 0);
  }
  return { plain: Uint8Array.from(plain), packed };
}

/** Whether a record could begin behind these bytes. */
function areRecords(bytes: readonly number[]): boolean {
  try {
    readMbusRecords(new ByteReader(Uint8Array.from(bytes)));
    return true;
  } catch (error) {
    if (error instanceof PayloadTooShort || error instanceof PayloadMismatch) return false;
    throw error;
  }
}

/** `{"E":"894137","U":"kWh","ID":70969798}`. */
function jsonMessage(reader: ByteReader): ParsedPayload {
  reader.take(1);
  const [, energy, unit = ''] =
    /"E":\s*"?([0-9]+(?:\.[0-9]+)?)"?\s*,\s*"U":\s*"([A-Za-z]+)"/.exec(reader.ascii(reader.remaining)) ?? [];
  const factor = KWH[unit];
  if (energy === undefined || factor === undefined)
    throw new PayloadMismatch('the text tells no energy in a known unit');
  return { values: [{ name: 'energyKwh', value: Number(energy) * factor }] };
}
