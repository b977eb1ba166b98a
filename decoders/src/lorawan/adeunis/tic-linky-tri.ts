import { lorawan } from '../../kernel/lorawan.ts';

/** What the meter does not send. */
const absent = [0x8000_0000];

/** Reader of the customer output (TIC, historical mode) of a three-phase Linky. The meter's number is no reading. */
export const ticLinkyTri = lorawan({
  id: 'adeunis/tic-linky-tri',
  version: 1,
  vendor: 'Adeunis',
  title: 'TIC reader for three-phase CBE and Linky meters',
  domain: 'electricity',
  source:
    'Adeunis TIC user guide, frame 0x49; test vectors of sln-nc/adeunis-codecs-lib; Enedis-NOI-CPT_54E for the labels',
  uplinks: [
    {
      ports: 'any',
      length: 50,
      when: { byte: 0, equals: 0x49 },
      steps: [
        { at: 1, type: 'uint8', peek: true, bits: [2, 1], quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
        { at: 14, type: 'uint32', quantity: 'elec.import', absent }, // BASE
        { type: 'uint32', quantity: 'elec.current', channel: 'L1', absent }, // IINST1 to 3
        { type: 'uint32', quantity: 'elec.current', channel: 'L2', absent },
        { type: 'uint32', quantity: 'elec.current', channel: 'L3', absent },
        { at: 46, type: 'uint32', quantity: 'elec.apparent', absent }, // PAPP
      ],
    },
    // alarms repeat a label as text; other frames tell settings
    { ports: 'any', when: { byte: 0, not: 0x49 }, steps: [] },
  ],
});
