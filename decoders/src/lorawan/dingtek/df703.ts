import { lorawan } from '../../kernel/lorawan.ts';
import { df702 } from './df702.ts';

/** Bin level sensor: one document describes it together with the DF702. */
export const df703 = lorawan({
  ...df702.spec,
  id: 'dingtek/df703',
  version: 3,
  changed: {
    3: {
      en: 'A telegram that is cut, or has no 81h at its end, is refused: one of 25 bytes cut to 17 gave fire, fill level and temperature. A fall is an alarm, and the angle is read.',
      fr: 'Un télégramme tronqué ou sans 81h à la fin est refusé : un télégramme de 25 octets coupé à 17 donnait incendie, remplissage et température. Une chute est une alarme, et l’angle est lu.',
    },
  },
  title: 'Bin level sensor DF703',
  source: 'Dingtek, DF702&DF703 Waste Bin Sensor Protocol LoRaWAN V2.8 (2021-08-09)',
});
