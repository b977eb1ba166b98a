import type { ModbusDefinition, RegisterPoint } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
const inKilo = { scale: 1_000 };

/** The total and three phases, floats from an address on. */
function totalAndPhases(address: number, quantity: string, options: { scale?: number } = {}): RegisterPoint[] {
  return [
    holding(address, 'float32', quantity, options),
    ...phases((place, channel) => holding(place, 'float32', quantity, { channel, ...options }), address + 2, 2),
  ];
}

const tariffs = ['T1', 'T2'];

/** Three-phase meters WE-516 and WE-517 (four tariffs, of which the first two are read); floats, powers in kW, energy in kWh. */
export const we516: ModbusDefinition = {
  protocol: 'modbus',
  id: 'orno/we-516',
  version: 1,
  vendor: 'Orno',
  title: 'Three-phase energy meter WE-516 and WE-517',
  domain: 'electricity',
  source: 'Orno, register description OR-WE-516 and OR-WE-517; volkszaehler/mbmd meters/rs485/orno3p.go',
  registers: [
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel }), 0x000e, 2),
    holding(0x0014, 'float32', 'elec.freq'),
    ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel }), 0x0016, 2),
    ...totalAndPhases(0x001c, 'elec.power', inKilo),
    ...totalAndPhases(0x0024, 'elec.reactive', inKilo),
    ...totalAndPhases(0x002c, 'elec.apparent', inKilo),
    ...totalAndPhases(0x0034, 'elec.pf'),
    ...totalAndPhases(0x0108, 'elec.import', inKilo),
    ...totalAndPhases(0x0110, 'elec.export', inKilo),
    ...totalAndPhases(0x0120, 'elec.reactive.import', inKilo),
    ...totalAndPhases(0x0128, 'elec.reactive.export', inKilo),
    // a tariff has six values: sum, import and export of active and of reactive energy
    ...phases(
      (address, channel) => holding(address, 'float32', 'elec.import', { channel, ...inKilo }),
      0x0132,
      12,
      tariffs,
    ),
    ...phases(
      (address, channel) => holding(address, 'float32', 'elec.export', { channel, ...inKilo }),
      0x0134,
      12,
      tariffs,
    ),
  ],
};
