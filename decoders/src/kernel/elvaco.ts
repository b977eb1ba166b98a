import type { ByteReader } from './byte-reader.ts';
import { mbusValues } from './mbus.ts';
import { HEAT_METER } from './mbus-heat.ts';
import type { Layout, MappedValue, ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './walk-layout.ts';

/** Calories of M-Bus are international: 4.1868 J. */
const KWH_PER_CALORIE = 4.1868 / 3_600_000;
const KWH: Readonly<Record<string, number>> = {
  Wh: 0.001,
  kWh: 1,
  MWh: 1_000,
  MJ: 1 / 3.6,
  GJ: 1_000 / 3.6,
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
        return mbusValues(reader);
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
