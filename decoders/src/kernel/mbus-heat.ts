import type { MappedValue } from './payload-layout.ts';

/** What the M-Bus records of a heat meter mean, for the `map` of a definition. */
export const HEAT_METER = {
  energyWh: { quantity: 'heat.energy', scale: 0.001 },
  energyJ: { quantity: 'heat.energy', scale: 1 / 3_600_000 },
  volumeL: { quantity: 'heat.volume' },
  powerW: { quantity: 'heat.power' },
  flowLPerH: { quantity: 'heat.flow' },
  flowTempCel: { quantity: 'heat.flowTemp' },
  returnTempCel: { quantity: 'heat.returnTemp' },
  errorFlags: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
} as const satisfies Readonly<Record<string, MappedValue>>;
