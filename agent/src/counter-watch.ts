import type { Reading } from '@vigie/contract';
import { afterCounterStep, counterStep, findQuantity, type Model, rollOverIn } from '@vigie/decoders';

interface Counter {
  value: number;
  /** Where the device's own counter begins again from 0, in the counter's unit. */
  rollsOverAt: number | undefined;
}

/** Remembers the last value of every counter and marks a reading whose counter was reset; one that rolled over is no reset. */
export class CounterWatch {
  readonly #counters = new Map<string, Counter>();

  watch(device: string, model: Model, readings: readonly Reading[]): Reading[] {
    return readings.map((reading) => {
      const { quantity, channel = '', value } = reading;
      if (typeof value !== 'number' || findQuantity(quantity)?.kind !== 'counter') return reading;
      const key = `${device} ${quantity} ${channel}`;
      const known = this.#counters.get(key);
      if (!known) {
        this.#counters.set(key, { value, rollsOverAt: rollOverIn(model, reading) });
        return reading;
      }
      const step = counterStep(known.value, value, known.rollsOverAt);
      known.value = value;
      return afterCounterStep(reading, step);
    });
  }

  /** Forgets devices that are not configured any more. */
  keepOnly(devices: ReadonlySet<string>): void {
    for (const key of this.#counters.keys()) {
      if (!devices.has(key.slice(0, key.indexOf(' ')))) this.#counters.delete(key);
    }
  }
}
