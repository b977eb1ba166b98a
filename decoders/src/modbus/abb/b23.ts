import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** What the meter does not have or does not know has all bits set; in signed values all but the sign. */
const counter = block('holdingRegister', { absent: [2n ** 64n - 1n] });
const unsigned = block('holdingRegister', { absent: [0xffff_ffff] });
const signed = block('holdingRegister', { absent: [0x7fff_ffff] });
const short = block('holdingRegister', { absent: [0x7fff] });

/** Three-phase meters B23 and B24 (A43, A44 alike); power in 0.01 W, energy in 0.01 kWh. */
export const b23: ModbusDefinition = {
  protocol: 'modbus',
  id: 'abb/b23',
  version: 1,
  vendor: 'ABB',
  title: 'Three-phase energy meter B23/B24',
  domain: 'electricity',
  source: 'ABB B23/B24 user manual 2CMC485003M0201, chapter 9.3 mapping tables; volkszaehler/mbmd meters/rs485/abb.go',
  registers: [
    counter(0x5000, 'uint64', 'elec.import', { scale: 10 }),
    counter(0x5004, 'uint64', 'elec.export', { scale: 10 }),
    counter(0x500c, 'uint64', 'elec.reactive.import', { scale: 10 }),
    counter(0x5010, 'uint64', 'elec.reactive.export', { scale: 10 }),
    ...phases((address, channel) => counter(address, 'uint64', 'elec.import', { channel, scale: 10 }), 0x5460, 4),
    ...phases((address, channel) => counter(address, 'uint64', 'elec.export', { channel, scale: 10 }), 0x546c, 4),
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.voltage', { channel, scale: 0.1 }), 0x5b00, 2),
    // in the order of the document: L1-L2, L3-L2, L1-L3
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.voltageLL', { channel, scale: 0.1 }), 0x5b06, 2, [
      'L12',
      'L23',
      'L31',
    ]),
    ...phases((address, channel) => unsigned(address, 'uint32', 'elec.current', { channel, scale: 0.01 }), 0x5b0c, 2, [
      'L1',
      'L2',
      'L3',
      'N',
    ]),
    signed(0x5b14, 'int32', 'elec.power', { scale: 0.01 }),
    ...phases((address, channel) => signed(address, 'int32', 'elec.power', { channel, scale: 0.01 }), 0x5b16, 2),
    signed(0x5b1c, 'int32', 'elec.reactive', { scale: 0.01 }),
    ...phases((address, channel) => signed(address, 'int32', 'elec.reactive', { channel, scale: 0.01 }), 0x5b1e, 2),
    signed(0x5b24, 'int32', 'elec.apparent', { scale: 0.01 }),
    ...phases((address, channel) => signed(address, 'int32', 'elec.apparent', { channel, scale: 0.01 }), 0x5b26, 2),
    block('holdingRegister', { absent: [0xffff] })(0x5b2c, 'uint16', 'elec.freq', { scale: 0.01 }),
    short(0x5b3a, 'int16', 'elec.pf', { scale: 0.001 }),
    ...phases((address, channel) => short(address, 'int16', 'elec.pf', { channel, scale: 0.001 }), 0x5b3b, 1),
  ],
};
