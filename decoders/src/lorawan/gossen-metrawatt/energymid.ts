import { lorawan } from '../../kernel/lorawan.ts';

/** Meters of the ENERGYMID series with a LoRaWAN interface. Their time carries no zone and is left out. */
export const energymid = lorawan({
  id: 'gossen-metrawatt/energymid',
  version: 1,
  vendor: 'Gossen Metrawatt',
  title: 'Energy meter ENERGYMID',
  domain: 'electricity',
  source: 'codec and example of Gossen Metrawatt in actility/device-catalog, vendors/gossenmw/drivers/energymid',
  uplinks: [
    {
      ports: [2],
      length: [26, 222],
      order: 'le',
      steps: [
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'type' },
            {
              choose: 'type',
              cases: {
                36: [{ skip: 7 }],
                37: [{ type: 'float64', quantity: 'elec.import' }],
                38: [{ type: 'float64', quantity: 'elec.export' }],
                // besides these: voltage too low or high, no synchronous frequency, a reset
                84: [
                  {
                    type: 'uint8',
                    peek: true,
                    bits: [2, 1],
                    quantity: 'elec.overcurrent',
                    states: { 0: 'no', 1: 'yes' },
                  },
                  { type: 'uint8', bits: [5, 3], quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
                ],
              },
              otherwise: 'stop',
            },
          ],
        },
      ],
    },
  ],
});
