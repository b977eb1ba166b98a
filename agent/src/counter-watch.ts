import type { Reading } from '@vigie/contract';
import { afterCounterStep, counterStep, findQuantity } from '@vigie/decoders';

/** Remembers the last value of every counter and marks a reading whose counter was reset. */
export class CounterWatch {
  readonly #last = new Map<string, number>();

  watch(device: string, readings: readonly Reading[]): Reading[] {
    return readings.map((reading) => {
      if (typeof reading.value !== 'number' || findQuantity(reading.quantity)?.kind !== 'counter') return reading;
      const key = `${device} ${reading.quantity} ${reading.channel ?? ''}`;
      const step = counterStep(this.#last.get(key), reading.value);
      this.#last.set(key, reading.value);
      return afterCounterStep(reading, step);
    });
  }

  /** Forgets devices that are not configured any more. */
  keepOnly(devices: ReadonlySet<string>): void {
    for (const key of this.#last.keys()) {
      if (!devices.has(key.slice(0, key.indexOf(' ')))) this.#last.delete(key);
    }
  }
}
