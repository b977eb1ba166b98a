import { between, type Random } from '../random.ts';
import { Consumer } from './consumer.ts';

export interface PhaseState {
  voltage: number;
  current: number;
  powerW: number;
}

export interface LoadState {
  phases: readonly [PhaseState, PhaseState, PhaseState];
  powerW: number;
  reactiveVar: number;
  apparentVa: number;
  powerFactor: number;
  frequencyHz: number;
  importWh: number;
  reactiveVarh: number;
}

const POWER_FACTOR = 0.94;
const REACTIVE_SHARE = Math.tan(Math.acos(POWER_FACTOR));

/** A building or a cabinet on three phases; every number is rounded to what a meter shows. */
export class ThreePhaseLoad {
  readonly #random: Random;
  readonly #consumer: Consumer;

  constructor(random: Random, cityMs: number, typicalW: number) {
    this.#random = random;
    this.#consumer = new Consumer(random, cityMs, typicalW, between(random, 200_000, 4_000_000));
  }

  advance(cityMs: number): LoadState {
    const { rate, total } = this.#consumer.advance(cityMs);
    const phases: [PhaseState, PhaseState, PhaseState] = [
      this.#phase(rate, 0.38),
      this.#phase(rate, 0.34),
      this.#phase(rate, 0.28),
    ];
    const powerW = phases.reduce((sum, phase) => sum + phase.powerW, 0);
    return {
      phases,
      powerW,
      reactiveVar: Math.round(powerW * REACTIVE_SHARE),
      apparentVa: Math.round(powerW / POWER_FACTOR),
      powerFactor: POWER_FACTOR,
      frequencyHz: Math.round(between(this.#random, 49.95, 50.05) * 100) / 100,
      importWh: Math.floor(total),
      reactiveVarh: Math.floor(total * REACTIVE_SHARE),
    };
  }

  #phase(totalW: number, share: number): PhaseState {
    const voltage = Math.round(between(this.#random, 228, 234) * 10) / 10;
    const powerW = Math.round(totalW * share);
    return { voltage, powerW, current: Math.round((powerW / POWER_FACTOR / voltage) * 100) / 100 };
  }
}

export const PHASES = ['L1', 'L2', 'L3'] as const;
