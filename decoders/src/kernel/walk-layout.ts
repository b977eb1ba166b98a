import type { Reading } from '@vigie/contract';
import type { TimedSample, UplinkInput } from '../definition.ts';
import { gatherReading } from '../gather-reading.ts';
import { withoutFloatError } from '../units.ts';
import { ByteReader, bitsOf, type Endian } from './byte-reader.ts';
import { fits } from './condition.ts';
import { curveValue } from './curve.ts';
import { packedTime } from './packed-date.ts';
import {
  type ChannelSpec,
  type Condition,
  type Constant,
  type Field,
  type Gathered,
  type Layout,
  type NamedValue,
  RECEPTION,
  type SampleTime,
  type Step,
  type Sum,
} from './payload-layout.ts';
import { type Scaling, scaledValue } from './scale.ts';
import { wideInt, wideUint } from './wide-integer.ts';

const MAX_STEPS = 10_000;
const MAX_READINGS = 256;
/** A frame has at most 242 bytes; compressed batches hold a few samples a byte. */
const MAX_SAMPLES = 512;
const TEXT_LENGTH = 256;
/** A device that was never told the time counts from 1970, 2000 or its making: what is before LoRaWAN 1.0 is no time. */
const EARLIEST_TIME = Date.UTC(2015, 0, 1);

/** A payload says what its layout does not know or must not be: an expected outcome. */
export class PayloadMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PayloadMismatch';
  }
}

/** Walks a payload along the steps of its layout. Throws PayloadTooShort or PayloadMismatch where they do not fit. */
export function walkLayout(
  layout: Layout,
  bytes: Uint8Array,
  input: Pick<UplinkInput, 'receivedAt' | 'memory'>,
): Gathered {
  const walk = new Walk(new ByteReader(bytes), layout.order ?? 'be', input);
  walk.run(layout.steps ?? []);
  return walk.gathered;
}

class Walk {
  readonly gathered: Gathered = { readings: [], named: new Map(), samples: [], memory: {}, alarm: false, warnings: [] };
  readonly #reader: ByteReader;
  readonly #order: Endian;
  readonly #input: Pick<UplinkInput, 'receivedAt' | 'memory'>;
  /** Where readings go: to the message, or to the sample that is being read. */
  #readings = this.gathered.readings;
  #steps = 0;

  constructor(reader: ByteReader, order: Endian, input: Pick<UplinkInput, 'receivedAt' | 'memory'>) {
    this.#reader = reader;
    this.#order = order;
    this.#input = input;
  }

  /** False when a `stop` ended the walk. */
  run(steps: readonly Step[]): boolean {
    for (const step of steps) {
      if (++this.#steps > MAX_STEPS) throw new PayloadMismatch('the payload repeats without end');
      if (!this.#step(step)) return false;
    }
    return true;
  }

  #step(step: Step): boolean {
    if ('type' in step) return this.#field(step);
    if ('constant' in step) return this.#constant(step);
    if ('skip' in step) {
      this.#reader.take(typeof step.skip === 'number' ? step.skip : this.#named(step.skip.name));
      return true;
    }
    if ('when' in step) return this.run(this.#holds(step.when) ? step.steps : (step.otherwise ?? []));
    if ('repeat' in step) return this.#repeat(step);
    if ('choose' in step) return this.#choose(step);
    if ('sample' in step) return this.#sample(step.sample, step.steps);
    if ('value' in step) return this.#namedValue(step);
    if ('let' in step) this.gathered.named.set(step.let, this.#sum(step.be));
    else this.#recall(step);
    return true;
  }

  #recall({ recall, name, otherwise }: { recall: string; name: string; otherwise?: number }): void {
    const value = this.#input.memory?.[recall] ?? otherwise;
    if (value === undefined) this.gathered.named.delete(name);
    else this.gathered.named.set(name, value);
  }

  #sum({ constant = 0, terms }: Sum): number {
    return terms.reduce(
      (sum, { name, times = 1, by }) => sum + this.#named(name) * times * (by === undefined ? 1 : this.#named(by)),
      constant,
    );
  }

  /** A moment that cannot be told is no reason to take its readings for those of now: they are left out. */
  #sample({ from, minusMs, toleranceMs }: SampleTime, steps: readonly Step[]): boolean {
    const base = from === RECEPTION ? this.#input.receivedAt : this.gathered.named.get(from);
    const at = base === undefined ? undefined : base - (minusMs ? this.#sum(minusMs) : 0);
    const readings: Reading[] = [];
    const outer = this.#readings;
    this.#readings = readings;
    const goesOn = this.run(steps);
    this.#readings = outer;
    if (readings.length === 0) return goesOn;
    if (at === undefined || at < EARLIEST_TIME) this.#warn('samples without a time were left out');
    else this.#addSample({ at: Math.round(at), ...(toleranceMs !== undefined && { toleranceMs }), readings });
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

  #warn(warning: string): void {
    if (!this.gathered.warnings.includes(warning)) this.gathered.warnings.push(warning);
  }

  #repeat({ repeat, steps, index, until = 0 }: Extract<Step, { repeat: unknown }>): boolean {
    const times = typeof repeat === 'object' ? this.#named(repeat.name) : repeat;
    for (let round = 0; times === 'rest' ? this.#reader.remaining > until : round < times; round++) {
      const before = this.#reader.offset;
      if (index !== undefined) this.gathered.named.set(index, round);
      if (!this.run(steps)) return false;
      if (times === 'rest' && this.#reader.offset === before)
        throw new PayloadMismatch('the payload repeats without end');
    }
    return true;
  }

  #choose({ choose, cases, otherwise = 'fail' }: Extract<Step, { choose: string }>): boolean {
    const key = this.#named(choose);
    const chosen = cases[key];
    if (chosen) return this.run(chosen);
    if (otherwise === 'fail') throw new PayloadMismatch(`${choose} 0x${key.toString(16)} is not known`);
    if (otherwise !== 'stop') return this.run(otherwise);
    this.gathered.warnings.push(`${choose} 0x${key.toString(16)} is not known; what follows was left out`);
    return false;
  }

  #holds(condition: Condition): boolean {
    const { name, byte, remaining, all, any } = condition;
    if (remaining !== undefined && this.#reader.remaining < remaining) return false;
    if (all && !all.every((one) => this.#holds(one))) return false;
    if (any && !any.some((one) => this.#holds(one))) return false;
    if (name === undefined && byte === undefined) return true;
    return fits(name === undefined ? this.#reader.bytes[byte ?? 0] : this.gathered.named.get(name), condition);
  }

  #constant({ constant, quantity, channel }: Constant): boolean {
    this.#deliver(quantity, constant, channel, false);
    return true;
  }

  #field(field: Field): boolean {
    const start = this.#reader.offset;
    if (field.at !== undefined) this.#reader.seek(field.at);
    const raw = this.#raw(field);
    if (field.peek) this.#reader.seek(start);
    if (typeof raw === 'string') {
      if (field.quantity !== undefined) this.#deliver(field.quantity, raw, field.channel, false);
      return true;
    }
    if (field.must && !field.must.includes(Number(raw))) {
      throw new PayloadMismatch(`${raw} stands where ${field.must.join(' or ')} must`);
    }
    const total = this.#withTerms(raw, field);
    if (field.alarm?.includes(Number(raw))) this.gathered.alarm = true;
    if (field.remember !== undefined) this.gathered.memory[field.remember] = Number(total);
    if (field.secondsSince !== undefined || field.date) {
      this.#time(Number(raw), field);
      return true;
    }
    if (field.name !== undefined) this.gathered.named.set(field.name, Number(total));
    if (field.quantity !== undefined) this.#reading(field, field.quantity, raw, total);
    return true;
  }

  #reading(field: Field, quantity: string, raw: number | bigint, total: number | bigint): void {
    if (field.absent?.some((absent) => absent === raw)) return;
    const value = this.#valueOf(total, field);
    if (value === undefined) return;
    this.#deliver(quantity, value, field.channel, field.doubtful?.includes(Number(raw)) ?? false);
  }

  #namedValue(step: NamedValue): boolean {
    const raw = this.#quotient(step);
    const value = raw === undefined ? undefined : this.#valueOf(raw, step);
    if (value !== undefined) this.#deliver(step.quantity, value, step.channel, false);
    return true;
  }

  #quotient({ value, over }: NamedValue): number | undefined {
    const dividend = this.gathered.named.get(value);
    if (over === undefined || dividend === undefined) return dividend;
    const divisor = this.#named(over);
    return divisor === 0 ? undefined : dividend / divisor;
  }

  #valueOf(raw: number | bigint, how: Pick<Field, 'curve' | 'times'> & Scaling): number | string | undefined {
    const { curve, times } = how;
    const value = curve ? curveValue(Number(raw), curve) : scaledValue(raw, how);
    const factor = times === undefined ? 1 : this.#factor(times);
    if (value === undefined || factor === undefined) return undefined;
    return typeof value === 'number' && factor !== 1 ? withoutFloatError(value * factor) : value;
  }

  #factor({ name, map }: { name: string; map?: Readonly<Record<number, number>> }): number | undefined {
    const raw = this.gathered.named.get(name);
    return raw === undefined || map === undefined ? raw : map[raw];
  }

  #withTerms(raw: number | bigint, { plus }: Field): number | bigint {
    if (!plus) return raw;
    return plus.reduce((sum, { name, times }) => sum + this.#named(name) * times, Number(raw));
  }

  #time(raw: number, field: Field): void {
    const { name, secondsSince = 0, date, quantity, timeOnly, absent } = field;
    const at = date ? packedTime(raw, date) : secondsSince + raw * 1_000;
    if (at === undefined || at < EARLIEST_TIME || absent?.includes(raw)) {
      // the time of the line before is not that of this one
      if (name !== undefined) this.gathered.named.delete(name);
      return;
    }
    if (name !== undefined) this.gathered.named.set(name, at);
    if (quantity !== undefined) this.#deliver(quantity, new Date(at).toISOString(), field.channel, false);
    else if (!timeOnly) this.gathered.deviceAt = at;
  }

  #deliver(quantity: string, value: number | string, channel: ChannelSpec | undefined, doubtful: boolean): void {
    const name = this.#channel(channel);
    const reading: Reading = {
      quantity,
      ...(name === undefined ? {} : { channel: name }),
      value,
      ...(doubtful ? { quality: 'uncertain', reasons: ['deviceFlag'] } : {}),
    };
    this.#gather(this.#readings, reading);
  }

  #gather(readings: Reading[], reading: Reading): void {
    if (!gatherReading(readings, reading, { keep: 'last', most: MAX_READINGS }))
      throw new PayloadMismatch(`the payload holds more than ${MAX_READINGS} values`);
  }

  #channel(spec: ChannelSpec | undefined): string | undefined {
    if (spec === undefined || typeof spec === 'string') return spec;
    const number = this.#named(spec.from);
    const mapped = spec.map?.[number];
    if (mapped !== undefined) return mapped === '' ? undefined : mapped;
    return `${spec.prefix ?? ''}${Math.floor(number / (spec.divide ?? 1)) + (spec.plus ?? 0)}`;
  }

  #named(name: string): number {
    const value = this.gathered.named.get(name);
    if (value === undefined) throw new PayloadMismatch(`the payload has no ${name}`);
    return value;
  }

  #raw(field: Field): number | bigint | string {
    const whole = this.#whole(field);
    if (field.bits === undefined || typeof whole === 'string') return whole;
    const part = bitsOf(Number(whole), field.bits);
    if (!field.signMagnitude) return part;
    const sign = 2 ** (field.bits[1] - 1);
    return part >= sign ? sign - part : part;
  }

  #whole({ type, order = this.#order, length, radix }: Field): number | bigint | string {
    const reader = this.#reader;
    switch (type) {
      case 'uint8':
        return reader.uint(1);
      case 'int8':
        return reader.int(1);
      case 'uint16':
        return reader.uint(2, order);
      case 'int16':
        return reader.int(2, order);
      case 'uint24':
        return reader.uint(3, order);
      case 'int24':
        return reader.int(3, order);
      case 'uint32':
        return reader.uint(4, order);
      case 'int32':
        return reader.int(4, order);
      case 'uint40':
        return wideUint(reader, 5, order);
      case 'int40':
        return wideInt(reader, 5, order);
      case 'uint48':
        return wideUint(reader, 6, order);
      case 'int48':
        return wideInt(reader, 6, order);
      case 'uint64':
        return reader.uint64(order);
      case 'int64':
        return reader.int64(order);
      case 'float16':
        return reader.float16(order);
      case 'float32':
        return reader.float32(order);
      case 'float64':
        return reader.float64(order);
      case 'uflt16':
        return reader.uflt16(order);
      case 'sflt16':
        return reader.sflt16(order);
      case 'bcd':
        return reader.bcd(length === 'rest' ? reader.remaining : (length ?? 1), order);
      case 'ascii':
        return textOrNumber(reader.ascii(length === 'rest' ? reader.remaining : (length ?? 1)), radix);
    }
  }
}

function textOrNumber(text: string, radix: 10 | 16 | undefined): string | number {
  const printable = text
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, TEXT_LENGTH);
  if (radix === undefined) return printable;
  if (radix === 16) return /^[0-9A-Fa-f]+$/.test(printable) ? Number.parseInt(printable, 16) : Number.NaN;
  return /^[+-]?[0-9]+(\.[0-9]+)?$/.test(printable) ? Number(printable) : Number.NaN;
}
