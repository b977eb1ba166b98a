import type { Reading } from '@vigie/contract';
import type { Decoded, TimedSample } from '@vigie/decoders';
import type { BoundedLog } from './bounded-log.ts';
import type { StateStore } from './state-store.ts';

/** What is remembered of a device; it may be lost without harm: a factor is then told anew, a sample sent once more. */
interface Remembered {
  /** What its messages left for later ones, by name. */
  values: Record<string, number>;
  /** When samples were taken, epoch milliseconds, by quantity and channel. */
  samples: Record<string, number[]>;
}

const COLLECTION = 'device-memory';
/** A device repeats at most what its own memory holds: days of an hour's samples. */
const MAX_SAMPLES = 512;
const MAX_SERIES = 32;
const MAX_VALUES = 64;

/** What definitions remember from one message of a device to the next, and which of its samples are known. */
export class DeviceMemory {
  readonly #state: StateStore;
  readonly #log: BoundedLog;
  #devices = new Map<string, Remembered>();

  constructor(state: StateStore, log: BoundedLog) {
    this.#state = state;
    this.#log = log;
  }

  async load(): Promise<void> {
    this.#devices = await this.#state.all<Remembered>(COLLECTION);
  }

  valuesOf(device: string): Readonly<Record<string, number>> | undefined {
    return this.#devices.get(device)?.values;
  }

  /** The readings of a sample that the device did not tell before. */
  unknownIn(device: string, { at, toleranceMs = 0, readings }: TimedSample): Reading[] {
    const known = this.#devices.get(device)?.samples;
    if (!known) return readings;
    const isKnown = (reading: Reading) =>
      known[seriesOf(reading)]?.some((time) => Math.abs(time - at) <= toleranceMs) ?? false;
    return readings.filter((reading) => !isKnown(reading));
  }

  /** After a message is durable. A later log may tell again what it said of its own moment, `at`. */
  async keep(device: string, { memory = {}, samples = [], readings }: Decoded, at: number): Promise<void> {
    const known = this.#devices.get(device) ?? { values: {}, samples: {} };
    const isSame =
      samples.length === 0 && Object.entries(memory).every(([name, value]) => known.values[name] === value);
    if (isSame) return;
    const values = lastOf({ ...known.values, ...memory }, MAX_VALUES);
    const remembered = { values, samples: lastOf(withTimes(known.samples, samples, { at, readings }), MAX_SERIES) };
    this.#devices.set(device, remembered);
    await this.#state
      .write([{ collection: COLLECTION, key: device, value: remembered }])
      .catch(this.#log.bug('device memory'));
  }
}

function withTimes(
  known: Remembered['samples'],
  samples: readonly TimedSample[],
  now: TimedSample,
): Remembered['samples'] {
  const series = { ...known };
  const note = ({ at, readings }: TimedSample) => {
    for (const name of readings.map(seriesOf)) {
      const times = series[name] ?? [];
      if (!times.includes(at)) series[name] = [...times, at].slice(-MAX_SAMPLES);
    }
  };
  samples.forEach(note);
  note({ ...now, readings: now.readings.filter((reading) => seriesOf(reading) in series) });
  return series;
}

function seriesOf({ quantity, channel }: Reading): string {
  return channel === undefined ? quantity : `${quantity}:${channel}`;
}

function lastOf<T>(of: Record<string, T>, most: number): Record<string, T> {
  const entries = Object.entries(of);
  return entries.length <= most ? of : Object.fromEntries(entries.slice(-most));
}
