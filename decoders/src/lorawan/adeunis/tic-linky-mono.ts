import { ADEUNIS_TIC_STATUS, adeunisTicOthers } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** What the meter does not send. */
const absent = [0x8000_0000];

/** Reader of the customer output (TIC, historical mode) of a single-phase Linky. The meter's number is no reading. */
export const ticLinkyMono = lorawan({
  id: 'adeunis/tic-linky-mono',
  version: 2,
  changed: {
    2: {
      en: 'A meter that cannot be read is a fault (status bit 4), a low battery is told, and alarm frames are alarms.',
      fr: 'Un compteur qui ne peut être lu est un défaut (bit 4 de l’état), une pile faible est signalée, et les trames d’alarme sont des alarmes.',
    },
  },
  vendor: 'Adeunis',
  title: 'TIC reader for single-phase CBE and Linky meters',
  domain: 'electricity',
  oneSource: true,
  source:
    'Adeunis TIC user guide, frame 0x49; test vectors of sln-nc/adeunis-codecs-lib; Enedis-NOI-CPT_54E for the labels',
  uplinks: [
    {
      ports: 'any',
      length: 50,
      when: { byte: 0, equals: 0x49 },
      steps: [
        ...ADEUNIS_TIC_STATUS,
        { at: 18, type: 'uint32', quantity: 'elec.import', absent }, // BASE
        { at: 26, type: 'uint32', quantity: 'elec.current', channel: 'L1', absent }, // IINST
        { at: 34, type: 'uint32', quantity: 'elec.apparent', absent }, // PAPP
        { type: 'uint32', quantity: 'elec.offpeak', absent }, // HCHC
        { type: 'uint32', quantity: 'elec.peak', absent }, // HCHP
        { when: { byte: 46, not: 0 }, steps: [{ type: 'ascii', length: 4, quantity: 'elec.tariff' }] }, // PTEC
      ],
    },
    ...adeunisTicOthers({
      BASE: { quantity: 'elec.import' },
      HCHC: { quantity: 'elec.offpeak' },
      HCHP: { quantity: 'elec.peak' },
      IINST: { quantity: 'elec.current', channel: 'L1' },
      PAPP: { quantity: 'elec.apparent' },
    }),
  ],
});
