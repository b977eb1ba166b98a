import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import { HEAT_METER } from '../../kernel/mbus-heat.ts';

/** Module for Landis+Gyr UH50 and UC50: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4111 = lorawan({
  id: 'elvaco/cmi4111',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4111 for Landis+Gyr UH50 and UC50',
  domain: 'heat',
  source:
    "Elvaco CMi4111 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  uplinks: [
    {
      ports: [2],
      // standard, compact, daily redundant, extended, heat and cooling, billing, plausibility, monitoring; JSON messages have another form
      when: { byte: 0, equals: [0x05, 0x06, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: HEAT_METER,
    },
  ],
});
