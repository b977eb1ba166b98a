import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Module for Kamstrup MULTICAL: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4140 = lorawan({
  id: 'elvaco/cmi4140',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4140 for Kamstrup MULTICAL',
  domain: 'heat',
  source:
    "Elvaco CMi4140 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  uplinks: [
    {
      ports: [2],
      // standard (0 in early firmware), compact, daily redundant, extended, heat and cooling; JSON messages have another form
      when: { byte: 0, equals: [0x00, 0x15, 0x16, 0x18, 0x19, 0x1a, 0x3b, 0x3c] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: HEAT_METER,
    },
  ],
});
