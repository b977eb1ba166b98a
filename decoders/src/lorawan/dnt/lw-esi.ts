import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Too large to be told, or unknown. */
const NO_COUNT = Array.from({ length: 16 }, (_, index) => 0xff_ffff_fff0 + index);
const NO_POWER = [-0x80_0000, -0x7f_ffff, -0x7f_fffe];
const energy = (quantity: string, channel?: string): Step => {
  return { type: 'uint40', quantity, ...(channel && { channel }), scale: 0.1, absent: NO_COUNT };
};

/** Kind and number of what follows. */
const RECORD: readonly Step[] = [
  { type: 'uint8', name: 'kind' },
  { type: 'uint8', name: 'counter' },
];
const COUNTERS: Step = {
  choose: 'counter',
  cases: { 2: [energy('elec.import', 'T1')], 3: [energy('elec.import', 'T2')], 4: [energy('elec.export')] },
};

/** Infrared and gas meter reader: power and up to three energies of an electricity meter, or flow and volume of gas. */
export const lwEsi = lorawan({
  id: 'dnt/lw-esi',
  version: 1,
  vendor: 'dnt',
  title: 'Meter interface dnt-LW-ESI',
  domain: 'electricity',
  source: 'TheThingsNetwork/lorawan-devices, vendor/dnt/dnt-lw-esi.js and dnt-lw-esi-codec.yaml',
  uplinks: [
    {
      ports: [10],
      length: [16, 30],
      when: { byte: 2, equals: [0, 1] },
      order: 'le',
      steps: [
        // why it sends; whole volts above one and fiftieths of its batteries
        { skip: 1 },
        { type: 'uint8', peek: true, bits: [6, 2], name: 'volts' },
        {
          type: 'uint8',
          bits: [0, 6],
          quantity: 'dev.batteryVoltage',
          plus: [{ name: 'volts', times: 50 }],
          scale: 0.02,
          offset: 1,
        },
        { skip: 1 },
        // no sensor, or none that answers
        { type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
        ...RECORD,
        {
          choose: 'kind',
          cases: {
            1: [{ type: 'int24', quantity: 'elec.power', scale: 0.01, absent: NO_POWER }],
            2: [{ type: 'int24', quantity: 'gas.flow', scale: 0.01, absent: NO_POWER }],
          },
        },
        ...RECORD,
        {
          choose: 'kind',
          cases: {
            16: [COUNTERS],
            32: [{ type: 'uint40', quantity: 'gas.volume', scale: 0.0001, absent: NO_COUNT }],
          },
        },
        // two more of electricity meters
        { when: { remaining: 1 }, steps: [{ repeat: 2, steps: [...RECORD, COUNTERS] }] },
      ],
    },
    {
      ports: [10],
      length: [4, 30],
      when: { byte: 2, equals: [0xf8, 0xfa, 0xfc, 0xff] },
      silent: 'settings or versions',
    },
  ],
});
