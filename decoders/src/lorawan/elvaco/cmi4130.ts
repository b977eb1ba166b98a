import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Module for Itron CF51, CF55 and CF Echo II: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4130 = lorawan({
  id: 'elvaco/cmi4130',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4130 for Itron CF51, CF55 and CF Echo II',
  domain: 'heat',
  source:
    "Elvaco CMi4130 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  uplinks: [
    {
      ports: [2],
      // standard, compact, daily redundant, extended, heat and cooling; JSON messages have another form
      when: { byte: 0, equals: [0x0f, 0x10, 0x12, 0x13, 0x14] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: HEAT_METER,
    },
  ],
});
