import type { Reading } from '@vigie/contract';
import type { Model } from './definition.ts';
import { rollOverOf } from './kernel/register-map.ts';
import { doubted } from './normalise.ts';

/** What happened to a counter since its value before. `increase` is in the counter's unit. */
export type CounterStep =
  | { kind: 'first' }
  | { kind: 'advanced'; increase: number }
  | { kind: 'rolledOver'; increase: number }
  /** Meter exchanged, pulse adapter reset or data lost: what passed meanwhile is not known. */
  | { kind: 'reset' };

/** A counter that drops rolled over only if it was in its last tenth and is now in its first. */
const EDGE = 0.1;

/**
 * Compares a counter with its value before. `rollsOverAt` is the value at which the device begins again from 0, in the
 * counter's unit; without it every drop is a reset. The caller keeps the value before.
 */
export function counterStep(previous: number | undefined, current: number, rollsOverAt?: number): CounterStep {
  if (previous === undefined) return { kind: 'first' };
  if (current >= previous) return { kind: 'advanced', increase: current - previous };
  if (rollsOverAt !== undefined && previous >= rollsOverAt * (1 - EDGE) && current <= rollsOverAt * EDGE) {
    return { kind: 'rolledOver', increase: rollsOverAt - previous + current };
  }
  return { kind: 'reset' };
}

/** The reading as it is to be delivered after that step: a reset makes it uncertain. */
export function afterCounterStep(reading: Reading, step: CounterStep): Reading {
  return step.kind === 'reset' ? doubted(reading, 'counterReset') : reading;
}

/** Where this counter of the device rolls over: as the definition says, or as wide as its register is. */
export function rollOverIn(definition: Model, { quantity, channel }: Reading): number | undefined {
  const stated = definition.rollsOverAt?.[quantity];
  if (stated !== undefined || definition.protocol !== 'modbus') return stated;
  const point = definition.registers.find((register) => register.quantity === quantity && register.channel === channel);
  return point && rollOverOf(point);
}
