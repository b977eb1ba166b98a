import type { Reading, ReportingConfig } from '@vigie/contract';
import { findQuantity } from '@vigie/decoders';

/** What of one quantity and channel went on last, and what the window under way has gathered. */
interface Track {
  value: Reading['value'];
  quality: Reading['quality'];
  at: number;
}

interface Gathering {
  last: Reading;
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Decides for one device which of its polled readings go on. Pure but for its memory; times are epoch milliseconds. */
export class ReportPolicy {
  readonly #config: ReportingConfig;
  readonly #sent = new Map<string, Track>();
  readonly #gathered = new Map<string, Gathering>();
  #window: number | undefined;

  constructor(config: ReportingConfig) {
    this.#config = config;
  }

  /** The readings that go on, with the values that they go on with. */
  report(readings: readonly Reading[], at: number): Reading[] {
    const due = this.#config.window ? this.#aggregate(readings, at, this.#config.window) : readings;
    const going = due.filter((reading) => this.#goesOn(reading, at));
    for (const reading of going) {
      this.#sent.set(keyOf(reading), { value: reading.value, quality: reading.quality, at });
    }
    return going;
  }

  #goesOn(reading: Reading, at: number): boolean {
    const before = this.#sent.get(keyOf(reading));
    if (!before) return true;
    const { on, minIntervalMs = 0, maxIntervalMs = Number.POSITIVE_INFINITY } = this.#config;
    const elapsedMs = at - before.at;
    if (typeof reading.value === 'string') {
      return (
        reading.value !== before.value || (on === 'poll' && elapsedMs >= minIntervalMs) || elapsedMs >= maxIntervalMs
      );
    }
    // A clock that was set back must not silence a device.
    if (elapsedMs < 0) return true;
    if (elapsedMs < minIntervalMs) return false;
    if (elapsedMs >= maxIntervalMs || on === 'poll') return true;
    return reading.quality !== before.quality || this.#differs(reading.value, before.value);
  }

  #differs(value: number, before: Reading['value']): boolean {
    if (typeof before !== 'number') return true;
    const difference = Math.abs(value - before);
    const { absolute = 0, percent = 0 } = this.#config.deadBand ?? {};
    return difference > Math.max(absolute, (Math.abs(before) * percent) / 100);
  }

  /** The readings of the window that ended, and the states of this poll at once. */
  #aggregate(readings: readonly Reading[], at: number, window: NonNullable<ReportingConfig['window']>): Reading[] {
    const current = Math.floor(at / window.ms);
    const ended = this.#window !== undefined && current !== this.#window;
    this.#window = current;
    const results = ended ? [...this.#gathered.values()].map((gathering) => resultOf(gathering, window.by)) : [];
    if (ended) this.#gathered.clear();
    const states: Reading[] = [];
    for (const reading of readings) {
      if (typeof reading.value === 'string') states.push(reading);
      else this.#gather(reading, reading.value);
    }
    return [...results, ...states];
  }

  #gather(reading: Reading, value: number): void {
    const known = this.#gathered.get(keyOf(reading)) ?? { last: reading, count: 0, sum: 0, min: value, max: value };
    this.#gathered.set(keyOf(reading), {
      last: reading,
      count: known.count + 1,
      sum: known.sum + value,
      min: Math.min(known.min, value),
      max: Math.max(known.max, value),
    });
  }
}

function resultOf(gathering: Gathering, by: NonNullable<ReportingConfig['window']>['by']): Reading {
  const { last, count, sum, min, max } = gathering;
  if (by === 'last' || findQuantity(last.quantity)?.kind !== 'gauge') return last;
  const value = by === 'min' ? min : by === 'max' ? max : sum / count;
  return { ...last, value };
}

function keyOf({ quantity, channel = '' }: Reading): string {
  return `${quantity} ${channel}`;
}
