import type { ModbusDefinition, RegisterPoint } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';
import type { Derivation } from '../../parameters/derivation.ts';

const holding = block('holdingRegister');
const LINES = ['L12', 'L23', 'L31'];
const tenth = { scale: 0.1 };
const thousandth = { scale: 0.001 };
const inKilo = { scale: 1_000 };

function totalAndPhases(address: number, quantity: string, options: { scale: number }): RegisterPoint[] {
  return [
    holding(address, 'float32', quantity, options),
    ...phases((place, channel) => holding(place, 'float32', quantity, { channel, ...options }), address + 2, 2),
  ];
}

const POWERS_AND_ENERGIES = ['elec.power', 'elec.reactive', 'elec.import', 'elec.export'];

function byRatio(parameter: string, quantities: readonly string[]): Derivation[] {
  return quantities.map((quantity) => ({
    from: { quantity, each: true },
    to: { quantity },
    factor: { parameter },
    replaces: true,
  }));
}

/**
 * Three-phase meter DTSU666, also as the feed-in meter of inverters. The floats count tenths of V, W and var, thousandths
 * of A and hundredths of Hz, energy kWh. Behind transformers it tells the values of their secondary side.
 */
export const dtsu666: ModbusDefinition = {
  protocol: 'modbus',
  id: 'chint/dtsu666',
  version: 1,
  vendor: 'Chint',
  title: 'Three-phase energy meter DTSU666',
  domain: 'electricity',
  source: 'Chint, DTSU666 and DSSU666 user manual, table of registers; volkszaehler/mbmd meters/rs485/dtsu666.go',
  parameters: {
    currentRatio: {
      title: 'Ratio of the current transformers',
      titleFr: 'Rapport des transformateurs de courant',
      type: 'number',
      minimum: 1,
      maximum: 10_000,
      default: 1,
    },
    voltageRatio: {
      title: 'Ratio of the voltage transformers',
      titleFr: 'Rapport des transformateurs de tension',
      type: 'number',
      minimum: 1,
      maximum: 10_000,
      default: 1,
    },
  },
  derived: [
    ...byRatio('currentRatio', ['elec.current', ...POWERS_AND_ENERGIES]),
    ...byRatio('voltageRatio', ['elec.voltage', ...POWERS_AND_ENERGIES]),
  ],
  registers: [
    ...totalAndPhases(0x101e, 'elec.import', inKilo),
    ...totalAndPhases(0x1028, 'elec.export', inKilo),
    ...phases(
      (address, channel) => holding(address, 'float32', 'elec.voltageLL', { channel, ...tenth }),
      0x2000,
      2,
      LINES,
    ),
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel, ...tenth }), 0x2006, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel, ...thousandth }), 0x200c, 2),
    ...totalAndPhases(0x2012, 'elec.power', tenth),
    ...totalAndPhases(0x201a, 'elec.reactive', tenth),
    ...totalAndPhases(0x202a, 'elec.pf', thousandth),
    holding(0x2044, 'float32', 'elec.freq', { scale: 0.01 }),
  ],
};
