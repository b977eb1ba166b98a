import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Module for the heat meter Landis+Gyr T550: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4110 = lorawan({
  id: 'elvaco/cmi4110',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4110 for Landis+Gyr T550 (UH50)',
  domain: 'heat',
  source: "Elvaco CMi4110 User's Manual, message formats standard, compact, scheduled daily redundant and extended",
  uplinks: [
    {
      ports: [2],
      when: { byte: 0, equals: [0x00, 0x01, 0x03, 0x04] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: HEAT_METER,
    },
  ],
});
