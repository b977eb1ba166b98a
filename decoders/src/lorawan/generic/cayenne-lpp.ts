import { cayenneLayout } from '../../kernel/cayenne-lpp.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Any device that speaks Cayenne LPP: the data types decide, and the channel of a value is that of a reading. */
export const cayenneLpp = lorawan({
  id: 'generic/cayenne-lpp',
  version: 2,
  vendor: 'Generic',
  title: 'Device with Cayenne Low Power Payload',
  domain: 'generic',
  source:
    'myDevices, Cayenne Low Power Payload 1.0: data types and examples; ElectronicCats/CayenneLPP, src/CayenneLPP.h: further types',
  uplinks: [cayenneLayout('any')],
});
