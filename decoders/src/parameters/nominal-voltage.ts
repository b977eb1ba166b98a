import type { Derivation } from './derivation.ts';
import type { ParameterSpec } from './parameter.ts';

/** Clamps know no voltage. With one that somebody gives, charge and current tell apparent energy and power. */
export const NOMINAL_VOLTAGE: Readonly<Record<string, ParameterSpec>> = {
  nominalVoltage: {
    title: 'Voltage between phase and neutral',
    titleFr: 'Tension entre phase et neutre',
    type: 'number',
    unit: 'V',
    minimum: 1,
    maximum: 1_000,
  },
};

export const AT_NOMINAL_VOLTAGE: readonly Derivation[] = [
  {
    from: { quantity: 'elec.current', each: true },
    to: { quantity: 'elec.apparent' },
    factor: { parameter: 'nominalVoltage' },
  },
  {
    from: { quantity: 'elec.charge', each: true },
    to: { quantity: 'elec.apparentEnergy' },
    factor: { parameter: 'nominalVoltage' },
  },
];
