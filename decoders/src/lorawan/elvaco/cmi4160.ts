import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Module for Diehl SHARKY: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4160 = lorawan({
  id: 'elvaco/cmi4160',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4160 for Diehl SHARKY',
  domain: 'heat',
  source:
    "Elvaco CMi4160 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  uplinks: [
    {
      ports: [2],
      // standard, compact, daily redundant, extended, heat and cooling; JSON messages have another form
      when: { byte: 0, equals: [0x1e, 0x1f, 0x21, 0x22, 0x23, 0x3d, 0x3e] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: HEAT_METER,
    },
  ],
});
