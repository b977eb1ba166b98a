import type { RegisterPoint } from '../definition.ts';
import { block, phases } from './modbus.ts';

const holding = block('holdingRegister');
const TARIFFS = ['T1', 'T2'];
const KILO = 1_000;
const inKilo = { scale: KILO };

/** The total, two tariffs and three phases of an energy, floats in kWh from an address on. */
function energy(address: number, quantity: string): RegisterPoint[] {
  return [
    holding(address, 'float32', quantity, inKilo),
    ...phases((place, channel) => holding(place, 'float32', quantity, { channel, ...inKilo }), address + 2, 2, TARIFFS),
    ...phases((place, channel) => holding(place, 'float32', quantity, { channel, ...inKilo }), address + 6, 2),
  ];
}

/** The total and three phases of a power, floats in kW from an address on. */
function power(address: number, quantity: string): RegisterPoint[] {
  return [
    holding(address, 'float32', quantity, inKilo),
    ...phases((place, channel) => holding(place, 'float32', quantity, { channel, ...inKilo }), address + 2, 2),
  ];
}

/** Registers of Inepro's PRO380, which WAGO sells as 879-30xx too. Every value is a float in two holding registers. */
export const proMeterRegisters: readonly RegisterPoint[] = [
  ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel }), 0x5002, 2),
  holding(0x5008, 'float32', 'elec.freq'),
  ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel }), 0x500c, 2),
  ...power(0x5012, 'elec.power'),
  ...power(0x501a, 'elec.reactive'),
  ...power(0x5022, 'elec.apparent'),
  holding(0x502a, 'float32', 'elec.pf'),
  ...phases((address, channel) => holding(address, 'float32', 'elec.pf', { channel }), 0x502c, 2),
  ...energy(0x600c, 'elec.import'),
  ...energy(0x6018, 'elec.export'),
  ...energy(0x6030, 'elec.reactive.import'),
  ...energy(0x603c, 'elec.reactive.export'),
];
