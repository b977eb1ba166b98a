import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** "Not available" has all bits set; in signed values all but the sign. */
const unsigned = block('holdingRegister', { absent: [0xffff_ffff] });
const signed = block('holdingRegister', { absent: [0x7fff_ffff] });

/**
 * Three-phase meters Countis E50 and E53 behind current transformers: values on the primary side, power in 10 W, energy
 * in kWh.
 */
export const countisE53: ModbusDefinition = {
  protocol: 'modbus',
  id: 'socomec/countis-e53',
  version: 1,
  vendor: 'Socomec',
  title: 'Three-phase energy meter Countis E53',
  domain: 'electricity',
  source: 'Socomec COUNTIS E50 E53 Modbus communication table (2017-08), tables from 0xC550 and 0xC650',
  rollsOverAt: {
    'elec.import': 2 ** 32 * 1_000,
    'elec.export': 2 ** 32 * 1_000,
    'elec.reactive.import': 2 ** 32 * 1_000,
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
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.apparent', { channel, scale: 10 }), 0xc57c, 2),
    ...phases((address, channel) => signed(address, 'int32', 'elec.pf', { channel, scale: 0.001 }), 0xc582, 2),
    unsigned(0xc652, 'uint32', 'elec.import', { scale: 1_000 }),
    unsigned(0xc654, 'uint32', 'elec.reactive.import', { scale: 1_000 }),
    unsigned(0xc658, 'uint32', 'elec.export', { scale: 1_000 }),
  ],
};
