import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';

/** Its errors are those of the maker, not the flags of M-Bus. */
const { errorFlags: _, ...meter } = HEAT_METER;
/** What these meters count under tariff 1 is cold. */
const COLD: Readonly<Record<string, string>> = { energyWh: 'coldWh', energyJ: 'coldJ' };

function records(reader: ByteReader): ParsedPayload {
  const { values } = mbusValues(reader);
  return {
    values: values.map(({ name, value, channel }) => {
      const cold = channel === 'T1' ? COLD[name] : undefined;
      return { name: cold ?? name, value, ...(cold === undefined && channel !== undefined ? { channel } : {}) };
    }),
  };
}

/** Heat and cooling meters: M-Bus records (EN 13757-3). Its clock tells no zone and is left out. */
export const heat7x9 = lorawan({
  id: 'sontex/heat-7x9',
  version: 1,
  vendor: 'Sontex',
  title: 'Heat and cooling meter 739, 749, 789',
  domain: 'heat',
  source: 'example of actility/device-catalog, vendors/sontex/drivers/7x9 (the parser of the maker, 1.6); EN 13757-3',
  uplinks: [
    {
      ports: [2],
      length: [6, 242],
      parse: records,
      map: {
        ...meter,
        coldWh: { quantity: 'cold.energy', scale: 0.001 },
        coldJ: { quantity: 'cold.energy', scale: 1 / 3_600_000 },
        // 02 FF 2C: errors of its own
        manufacturer2c: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
      },
    },
  ],
});
