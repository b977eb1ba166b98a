import { HEAT_METER } from './mbus-heat.ts';
import type { MappedValue } from './payload-layout.ts';

type Meanings = Readonly<Record<string, MappedValue>>;

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const batteryLow = { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } } as const;
const errorFlags = { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' } as const;

const COLD_WH = { quantity: 'cold.energy', scale: 0.001 } as const;
const COLD_J = { quantity: 'cold.energy', scale: 1 / 3_600_000 } as const;

/** OMS water meters. */
export const OMS_WATER: Meanings = {
  'water volumeL': { quantity: 'water.volume' },
  'water dueVolumeL': { quantity: 'water.volumeDue' },
  'water dueDate': { quantity: 'water.dueDate' },
  'water flowLPerH': { quantity: 'water.flow' },
  'water volumeL backwards': { quantity: 'water.volumeReverse' },
  'water flowTempCel': { quantity: 'water.temp' },
  'water batteryDays': { quantity: 'dev.batteryLife' },
  'water batteryLow': batteryLow,
};

/** Diehl's PRIOS, beside a water meter's volumes. */
export const PRIOS: Meanings = {
  'water volumeL': { quantity: 'water.volume' },
  'water dueVolumeL': { quantity: 'water.volumeDue' },
  'water dueDate': { quantity: 'water.dueDate' },
  'water leak': { quantity: 'water.leak', states: NO_YES },
  'water backflow': { quantity: 'water.backflow', states: NO_YES },
  'water tamper': { quantity: 'water.tamper', states: NO_YES },
  'water blocked': { quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
  'water batteryDays': { quantity: 'dev.batteryLife' },
  'water intervalS': { quantity: 'dev.interval' },
  'water serial': { quantity: 'dev.serial' },
};

/** Meters of all kinds that a bridge may hear. */
export const OMS: Meanings = {
  ...OMS_WATER,
  ...PRIOS,
  'water errorFlags': errorFlags,
  ...Object.fromEntries(Object.entries(HEAT_METER).map(([name, meaning]) => [`heat ${name}`, meaning])),
  'heat batteryLow': batteryLow,
  'heat energyWh cooling': COLD_WH,
  'heat energyJ cooling': COLD_J,
  // a meter of heat and cooling counts either by itself
  'heat energyWh forwards': { quantity: 'heat.energy', scale: 0.001 },
  'heat energyJ forwards': { quantity: 'heat.energy', scale: 1 / 3_600_000 },
  'heat energyWh backwards': COLD_WH,
  'heat energyJ backwards': COLD_J,
  ...Object.fromEntries(Object.entries(HEAT_METER).map(([name, meaning]) => [`cold ${name}`, meaning])),
  'cold energyWh': COLD_WH,
  'cold energyJ': COLD_J,
  'cold batteryLow': batteryLow,
  'gas volumeL': { quantity: 'gas.volume', scale: 0.001 },
  'gas flowLPerH': { quantity: 'gas.flow', scale: 0.001 },
  'gas errorFlags': errorFlags,
  'gas batteryLow': batteryLow,
  'electricity energyWh': { quantity: 'elec.import' },
  'electricity energyWh backwards': { quantity: 'elec.export' },
  'electricity energyWh forwards': { quantity: 'elec.import' },
  'electricity powerW': { quantity: 'elec.power' },
  'electricity voltageV': { quantity: 'elec.voltage' },
  'electricity currentA': { quantity: 'elec.current' },
};
