import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** 32-bit values come with the least significant word first. */
const input = block('inputRegister', { order: 'CDAB' });
const short = block('inputRegister');

/** Three-phase meter EM24-DIN with RS-485; energy in 0.1 kWh. The Ethernet version has the map of the EM340. */
export const em24: ModbusDefinition = {
  protocol: 'modbus',
  id: 'carlo-gavazzi/em24',
  version: 2,
  changed: {
    2: {
      en: 'The imported energy is the total (003Eh): the partial counter (0042h), which can be set to zero at the meter, was told in its place.',
      fr: 'L’énergie soutirée est le total (003Eh) : le compteur partiel (0042h), remis à zéro au compteur, était donné à sa place.',
    },
  },
  vendor: 'Carlo Gavazzi',
  title: 'Three-phase energy meter EM24-DIN',
  domain: 'electricity',
  source:
    'Carlo Gavazzi EM24-DIN communication protocol; volkszaehler/mbmd meters/rs485/carlogavazzi-em24.go; OpenEMS io.openems.edge.meter.carlo.gavazzi, em24',
  // cautious: revisions of the protocol differ in how many words a read may have
  maxRegisters: 11,
  registers: [
    ...phases((address, channel) => input(address, 'int32', 'elec.voltage', { channel, scale: 0.1 }), 0x00, 2),
    ...phases((address, channel) => input(address, 'int32', 'elec.voltageLL', { channel, scale: 0.1 }), 0x06, 2, [
      'L12',
      'L23',
      'L31',
    ]),
    ...phases((address, channel) => input(address, 'int32', 'elec.current', { channel, scale: 0.001 }), 0x0c, 2),
    ...phases((address, channel) => input(address, 'int32', 'elec.power', { channel, scale: 0.1 }), 0x12, 2),
    input(0x28, 'int32', 'elec.power', { scale: 0.1 }),
    input(0x2a, 'int32', 'elec.apparent', { scale: 0.1 }),
    input(0x2c, 'int32', 'elec.reactive', { scale: 0.1 }),
    ...phases((address, channel) => short(address, 'int16', 'elec.pf', { channel, scale: 0.001 }), 0x32, 1),
    short(0x35, 'int16', 'elec.pf', { scale: 0.001 }),
    short(0x37, 'int16', 'elec.freq', { scale: 0.1 }),
    // 42h is the partial counter, which a key at the meter sets to zero
    input(0x3e, 'int32', 'elec.import', { scale: 100 }),
    ...phases((address, channel) => input(address, 'int32', 'elec.import', { channel, scale: 100 }), 0x46, 2),
    input(0x5c, 'int32', 'elec.export', { scale: 100 }),
  ],
};
