import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** 32-bit values come with the least significant word first; an overflow (EEE on the display) is 7FFFFFFFh. */
const input = block('inputRegister', { order: 'CDAB', absent: [0x7fff_ffff] });
const short = block('inputRegister');

/** Three-phase meter EM330/EM340, ET330/ET340; energy in 0.1 kWh. */
export const em340: ModbusDefinition = {
  protocol: 'modbus',
  id: 'carlo-gavazzi/em340',
  version: 2,
  changed: {
    2: {
      en: 'Reactive energy in both directions is told (0036h and 0050h), which was left out; a value in overflow (7FFFFFFFh) is absent, where it was told as a number.',
      fr: 'L’énergie réactive dans les deux sens est donnée (0036h et 0050h) ; elle manquait. Une valeur en dépassement (7FFFFFFFh) est absente ; elle était donnée comme un nombre.',
    },
  },
  vendor: 'Carlo Gavazzi',
  title: 'Three-phase energy meter EM340',
  domain: 'electricity',
  source:
    'Carlo Gavazzi EM330, EM340, ET330, ET340 communication protocol; volkszaehler/mbmd meters/rs485/carlogavazzi-ex3x0.go',
  maxRegisters: 50,
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
    ...phases((address, channel) => short(address, 'int16', 'elec.pf', { channel, scale: 0.001 }), 0x2e, 1),
    short(0x31, 'int16', 'elec.pf', { scale: 0.001 }),
    short(0x33, 'int16', 'elec.freq', { scale: 0.1 }),
    input(0x34, 'int32', 'elec.import', { scale: 100 }),
    input(0x36, 'int32', 'elec.reactive.import', { scale: 100 }),
    ...phases((address, channel) => input(address, 'int32', 'elec.import', { channel, scale: 100 }), 0x40, 2),
    input(0x4e, 'int32', 'elec.export', { scale: 100 }),
    input(0x50, 'int32', 'elec.reactive.export', { scale: 100 }),
  ],
};
