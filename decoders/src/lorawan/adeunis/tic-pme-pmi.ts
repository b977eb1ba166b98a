import { ADEUNIS_TIC_STATUS, adeunisTicOthers } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** What the meter does not send. */
const absent = [0x8000_0000];
/** Of the running period of consumption, in kWh and kvarh; a new period begins at 0. */
const period = (quantity: string): Step => {
  return { type: 'uint32', quantity, channel: 'period', scale: 1_000, absent };
};

/**
 * Reader of the customer output (TIC) of PME-PMI meters of enterprises. The meter's time carries no zone and is left out,
 * and so are the sums of the last minutes and those of the period before.
 */
export const ticPmePmi = lorawan({
  id: 'adeunis/tic-pme-pmi',
  version: 1,
  vendor: 'Adeunis',
  title: 'TIC reader for PME-PMI meters',
  domain: 'electricity',
  oneSource: true,
  source:
    'Adeunis codec and example in TheThingsNetwork/lorawan-devices, vendor/adeunis/tic_pme_pmi_lib.js and tic-pme-pmi-codec.yaml; Enedis-NOI-CPT_02E for the labels',
  uplinks: [
    {
      ports: 'any',
      length: 51,
      when: { byte: 0, equals: 0x49 },
      steps: [
        ...ADEUNIS_TIC_STATUS,
        { at: 24, peek: true, type: 'uint8', name: 'tariff' },
        {
          when: { name: 'tariff', not: 0 },
          steps: [{ at: 24, type: 'ascii', length: 3, quantity: 'elec.tariff' }], // PTCOUR1
        },
        { at: 26, type: 'uint8', name: 'tariff' },
        period('elec.import'), // EAP_s
        period('elec.reactive.import'), // ER+P_s
        period('elec.reactive.export'), // ER-P_s
      ],
    },
    ...adeunisTicOthers({
      EAP_s: { quantity: 'elec.import', channel: 'period', scale: 1_000 },
      'ER+P_s': { quantity: 'elec.reactive.import', channel: 'period', scale: 1_000 },
      'ER-P_s': { quantity: 'elec.reactive.export', channel: 'period', scale: 1_000 },
    }),
  ],
});
