import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** "Not available" has all bits set; in signed values all but the sign. */
const unsigned = block('holdingRegister', { absent: [0xffff_ffff] });
const signed = block('holdingRegister', { absent: [0x7fff_ffff] });

/**
 * Multi-function meter Diris A10; values on the primary side, power in 10 W, energy in kWh. The energy is the partial
 * one, which can be reset at the meter: its table has the total (from C86Fh) in whole MWh of 16 bits only.
 */
export const dirisA10: ModbusDefinition = {
  protocol: 'modbus',
  id: 'socomec/diris-a10',
  version: 2,
  changed: {
    2: {
      en: 'The voltages between phases, the current of the neutral, the apparent power, the power factor and the reactive energy are told: they were left out.',
      fr: 'Les tensions entre phases, le courant du neutre, la puissance apparente, le facteur de puissance et l’énergie réactive sont donnés : ils étaient omis.',
    },
  },
  vendor: 'Socomec',
  title: 'Multi-function meter Diris A10',
  domain: 'electricity',
  source:
    'Socomec DIRIS A-10 Modbus communication table, from 0xC550 and 0xC650; OpenEMS io.openems.edge.meter.socomec, Diris A10; nobrega8/energy-counters, src/energy_counters/diris/README.md (addresses)',
  rollsOverAt: {
    'elec.import': 2 ** 32 * 1_000,
    'elec.export': 2 ** 32 * 1_000,
    'elec.reactive.import': 2 ** 32 * 1_000,
    'elec.reactive.export': 2 ** 32 * 1_000,
  },
  registers: [
    ...phases(
      (address, channel) => unsigned(address, 'uint32', 'elec.voltageLL', { channel, scale: 0.01 }),
      0xc552,
      2,
      ['L12', 'L23', 'L31'],
    ),
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.voltage', { channel, scale: 0.01 }), 0xc558, 2),
    unsigned(0xc55e, 'uint32', 'elec.freq', { scale: 0.01 }),
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.current', { channel, scale: 0.001 }), 0xc560, 2, [
      'L1',
      'L2',
      'L3',
      'N',
    ]),
    signed(0xc568, 'int32', 'elec.power', { scale: 10 }),
    signed(0xc56a, 'int32', 'elec.reactive', { scale: 10 }),
    unsigned(0xc56c, 'uint32', 'elec.apparent', { scale: 10 }),
    signed(0xc56e, 'int32', 'elec.pf', { scale: 0.001 }),
    ...phases((address, channel) => signed(address, 'int32', 'elec.power', { channel, scale: 10 }), 0xc570, 2),
    ...phases((address, channel) => signed(address, 'int32', 'elec.reactive', { channel, scale: 10 }), 0xc576, 2),
    unsigned(0xc65c, 'uint32', 'elec.import', { scale: 1_000 }),
    unsigned(0xc65e, 'uint32', 'elec.reactive.import', { scale: 1_000 }),
    unsigned(0xc662, 'uint32', 'elec.export', { scale: 1_000 }),
    unsigned(0xc664, 'uint32', 'elec.reactive.export', { scale: 1_000 }),
  ],
};
