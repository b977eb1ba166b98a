import type { Reading } from '@vigie/contract';
import { afterCounterStep, counterStep, findQuantity, type Model, rollOverIn } from '@vigie/decoders';

interface Counter {
  value: number;
  /** When it was that, epoch milliseconds. */
  at: number;
  /** Where the device's own counter begins again from 0, in the counter's unit. */
  rollsOverAt: number | undefined;
}

/** Remembers the last value of every counter and marks a reading whose counter was reset; one that rolled over is no reset. */
export class CounterWatch {
  readonly #counters = new Map<string, Counter>();

  /**
   * Judges counters in the order of time: a sample from before the last value that is known says nothing of a reset.
   * `at` is when the readings were taken, epoch milliseconds.
   */
  watch(device: string, model: Model, readings: readonly Reading[], at: number, isSample = false): Reading[] {
    return readings.map((reading) => {
      const { quantity, channel = '', value } = reading;
      if (typeof value !== 'number' || findQuantity(quantity)?.kind !== 'counter') return reading;
      const key = `${device} ${quantity} ${channel}`;
      const known = this.#counters.get(key);
      if (!known) {
        this.#counters.set(key, { value, at, rollsOverAt: rollOverIn(model, reading) });
        return reading;
      }
      if (isSample && at < known.at) return reading;
      known.at = at;
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
