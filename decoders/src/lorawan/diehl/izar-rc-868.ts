import { lobaroLayouts, lobaroPart } from '../../kernel/lobaro-bridge.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { PRIOS } from '../../kernel/wmbus-meanings.ts';

/**
 * Radio modules with Diehl's PRIOS behind a LoRaWAN bridge of Lobaro, whose other telegrams are left out. The channel is
 * the number of the meter. Alarms of the past, of too little or too much flow and of a flooded pit are left out.
 */
export const izarRc868 = lorawan({
  id: 'diehl/izar-rc-868',
  version: 1,
  vendor: 'Diehl Metering',
  title: 'Water meter radio IZAR RC 868 I R4 PL behind a wireless M-Bus bridge',
  domain: 'water',
  oneSource: true,
  source: 'PRIOS as the public driver izarv2 of wmbusmeters/wmbusmeters describes it; telegrams of its tests',
  uplinks: lobaroLayouts(({ content }) => content === 'prios', PRIOS),
  partOf: lobaroPart,
});
