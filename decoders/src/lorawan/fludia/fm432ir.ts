import { infraredLayouts } from '../../kernel/fludia-infrared.ts';
import { fixedMechanical, fludiaSilent, periodicMechanical, technicalMechanical } from '../../kernel/fludia-optical.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { RECEPTION, type Step } from '../../kernel/payload-layout.ts';

const MINUTE_MS = 60_000;
const TOLERANCE_MS = 20_000;
/** The mean power of each of twenty minutes, of which the last ended ten minutes before. */
const MINUTES = 20;
const DELAY_MS = 10 * MINUTE_MS;
const powers: readonly Step[] = [
  { let: 'left', be: { constant: MINUTES, terms: [] } },
  {
    repeat: MINUTES,
    steps: [
      {
        sample: {
          from: RECEPTION,
          minusMs: { constant: DELAY_MS, terms: [{ name: 'left', times: MINUTE_MS }] },
          toleranceMs: TOLERANCE_MS,
        },
        steps: [{ type: 'uint16', quantity: 'elec.power' }],
      },
      { let: 'left', be: { constant: -1, terms: [{ name: 'left' }] } },
    ],
  },
];

/** Reader for meters with an infrared port (position B) and electromechanical ones (A), of all its firmwares. */
export const fm432ir = lorawan({
  id: 'fludia/fm432ir',
  version: 1,
  vendor: 'Fludia',
  title: 'Infrared reader for electricity meters FM432ir',
  domain: 'electricity',
  source:
    'https://github.com/Fludia-IoT/LoRaWAN-decoders, fm432ir_ap-decoder.js, fm432ir_nc_15mn-decoder.js, fm432ir_nc_1mn-decoder.js; examples of actility/device-catalog, vendors/fludia/drivers/fm432ir',
  uplinks: [
    ...infraredLayouts,
    periodicMechanical(0x6f),
    technicalMechanical(0x70),
    fixedMechanical(0x48, 10),
    fixedMechanical(0x49, 15),
    fixedMechanical(0x4a, 60),
    {
      ports: 'any',
      length: 45,
      when: { byte: 0, equals: 0x5b },
      steps: [{ skip: 1 }, { type: 'uint32', quantity: 'elec.import' }, ...powers],
    },
    {
      ports: 'any',
      length: 12,
      when: { byte: 0, equals: 0x4b },
      steps: [
        { skip: 4 },
        { type: 'uint8', bits: [0, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        { type: 'uint32', quantity: 'elec.import' },
      ],
    },
    ...fludiaSilent({ 1: [3], 18: [37], 19: [30], 95: [9] }),
  ],
});
