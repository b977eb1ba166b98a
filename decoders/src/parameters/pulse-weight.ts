import type { Derivation } from './derivation.ts';
import type { ParameterSpec } from './parameter.ts';

/** What hangs on the inputs of a pulse counter, and what a pulse of it is worth. Left out until the weight is given. */
export const PULSE_WEIGHT: Readonly<Record<string, ParameterSpec>> = {
  medium: {
    title: 'What the pulses count',
    titleFr: 'Ce que comptent les impulsions',
    type: 'choice',
    choices: ['water', 'gas', 'electricity', 'heat'],
    default: 'water',
  },
  pulseWeight: {
    title: 'What a pulse is worth: litres of water, m³ of gas, W.h of electricity, kW.h of heat',
    titleFr: 'Valeur d’une impulsion : litres d’eau, m³ de gaz, W.h d’électricité, kW.h de chaleur',
    type: 'number',
    minimum: 0.001,
    maximum: 100_000,
  },
};

export const PULSE_WEIGHED: readonly Derivation[] = [
  {
    from: { quantity: 'pulse.count', each: true },
    to: {
      quantity: {
        parameter: 'medium',
        map: { water: 'water.volume', gas: 'gas.volume', electricity: 'elec.import', heat: 'heat.energy' },
      },
    },
    factor: { parameter: 'pulseWeight' },
  },
];
