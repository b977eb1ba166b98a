import type { Reading } from '@vigie/contract';
import type { TimedSample, UplinkInput } from '../definition.ts';
import { gatherReading } from '../gather-reading.ts';
import { doubted } from '../normalise.ts';
import { ByteReader } from './byte-reader.ts';
import type { Sight } from './condition.ts';
import type { Gathered } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

const MAX_STEPS = 10_000;
export const MAX_READINGS = 256;
/** A frame has at most 242 bytes; compressed batches hold a few samples a byte. */
const MAX_SAMPLES = 512;
/** A device that was never told the time counts from 1970, 2000 or its making: what is before LoRaWAN 1.0 is no time. */
export const EARLIEST_TIME = Date.UTC(2015, 0, 1);

/** One reading of a payload along its layout: the cursor, and what has been found so far. */
export class Walk implements Sight {
  readonly reader: ByteReader;
  readonly input: Pick<UplinkInput, 'receivedAt' | 'memory'>;
  readonly named = new Map<string, number>();
  readonly gathered: Gathered = {
    readings: [],
    named: this.named,
    samples: [],
    memory: {},
    alarm: false,
    warnings: [],
  };
  /** Where readings go: to the message, or to the sample that is being read. */
  #readings = this.gathered.readings;
  #steps = 0;

  constructor(bytes: Uint8Array, input: Pick<UplinkInput, 'receivedAt' | 'memory'>) {
    this.reader = new ByteReader(bytes);
    this.input = input;
  }

  get bytes(): Uint8Array {
    return this.reader.bytes;
  }

  get remaining(): number {
    return this.reader.remaining;
  }

  /** To be told of each step: a payload must not keep its gateway busy. */
  countStep(): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw new PayloadMismatch('the payload repeats without end');
  }

  /** What was read before by that name. Throws PayloadMismatch where nothing was. */
  numberOf(name: string): number {
    const value = this.named.get(name);
    if (value === undefined) throw new PayloadMismatch(`the payload has no ${name}`);
    return value;
  }

  warn(warning: string): void {
    if (!this.gathered.warnings.includes(warning)) this.gathered.warnings.push(warning);
  }

  deliver(quantity: string, channel: string | undefined, value: number | string, isDoubtful = false): void {
    const reading: Reading = channel === undefined ? { quantity, value } : { quantity, channel, value };
    this.#gather(this.#readings, isDoubtful ? doubted(reading, 'deviceFlag') : reading);
  }

  /**
   * What `readings` delivers is of that moment instead of the message's. A moment that cannot be told is no reason to
   * take its readings for those of now: they are left out. False when a `stop` ended the walk.
   */
  sample(at: number | undefined, toleranceMs: number | undefined, readings: () => boolean): boolean {
    const own: Reading[] = [];
    const outer = this.#readings;
    this.#readings = own;
    const goesOn = readings();
    this.#readings = outer;
    if (own.length === 0) return goesOn;
    if (at === undefined || at < EARLIEST_TIME) this.warn('samples without a time were left out');
    else this.#addSample({ at: Math.round(at), ...(toleranceMs !== undefined && { toleranceMs }), readings: own });
    return goesOn;
  }

  /** What is told of one moment in several places is one sample. */
  #addSample(sample: TimedSample): void {
    const { samples } = this.gathered;
    const known = samples.find(({ at }) => at === sample.at);
    if (known) {
      for (const reading of sample.readings) this.#gather(known.readings, reading);
    } else if (samples.length < MAX_SAMPLES) samples.push(sample);
    else throw new PayloadMismatch(`the payload holds more than ${MAX_SAMPLES} samples`);
  }

  #gather(readings: Reading[], reading: Reading): void {
    if (!gatherReading(readings, reading, { keep: 'last', most: MAX_READINGS }))
      throw new PayloadMismatch(`the payload holds more than ${MAX_READINGS} values`);
  }
}
