import type { Reading } from '@vigie/contract';
import { withoutFloatError } from '../units.ts';
import { ByteReader, bitsOf, type Endian } from './byte-reader.ts';
import type { ChannelSpec, Condition, Constant, Field, Gathered, Layout, Step } from './payload-layout.ts';
import { scaledValue } from './scale.ts';

const MAX_STEPS = 10_000;
const MAX_READINGS = 256;
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
export function walkLayout(layout: Layout, bytes: Uint8Array): Gathered {
  const walk = new Walk(new ByteReader(bytes), layout.order ?? 'be');
  walk.run(layout.steps ?? []);
  return walk.gathered;
}

class Walk {
  readonly gathered: Gathered = { readings: [], named: new Map(), alarm: false, warnings: [] };
  readonly #reader: ByteReader;
  readonly #order: Endian;
  #steps = 0;

  constructor(reader: ByteReader, order: Endian) {
    this.#reader = reader;
    this.#order = order;
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
    return this.#choose(step);
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

  #holds({ name, byte, bits, equals, not, remaining }: Condition): boolean {
    if (remaining !== undefined && this.#reader.remaining < remaining) return false;
    if (name === undefined && byte === undefined) return true;
    const whole = name === undefined ? this.#reader.bytes[byte ?? 0] : this.gathered.named.get(name);
    if (whole === undefined) return false;
    const value = bits ? bitsOf(whole, bits) : whole;
    if (equals !== undefined && !among(value, equals)) return false;
    return not === undefined || !among(value, not);
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
    if (field.name !== undefined) this.gathered.named.set(field.name, Number(total));
    if (field.alarm?.includes(Number(raw))) this.gathered.alarm = true;
    if (field.secondsSince !== undefined) this.#deviceTime(Number(raw), field.secondsSince, field);
    if (field.quantity !== undefined && field.secondsSince === undefined)
      this.#reading(field, field.quantity, raw, total);
    return true;
  }

  #reading(field: Field, quantity: string, raw: number | bigint, total: number | bigint): void {
    if (field.absent?.some((absent) => absent === raw)) return;
    const value = scaledValue(total, field);
    if (value === undefined) return;
    const factor = field.times === undefined ? 1 : this.#factor(field.times);
    if (factor === undefined) return;
    const scaled = typeof value === 'number' && factor !== 1 ? withoutFloatError(value * factor) : value;
    this.#deliver(quantity, scaled, field.channel, field.doubtful?.includes(Number(raw)) ?? false);
  }

  #factor({ name, map }: { name: string; map?: Readonly<Record<number, number>> }): number | undefined {
    const raw = this.gathered.named.get(name);
    return raw === undefined || map === undefined ? raw : map[raw];
  }

  #withTerms(raw: number | bigint, { plus }: Field): number | bigint {
    if (!plus) return raw;
    return plus.reduce((sum, { name, times }) => sum + this.#named(name) * times, Number(raw));
  }

  #deviceTime(seconds: number, epochMs: number, field: Field): void {
    const at = epochMs + seconds * 1_000;
    if (at < EARLIEST_TIME || field.absent?.includes(seconds)) return;
    if (field.quantity === undefined) this.gathered.deviceAt = at;
    else this.#deliver(field.quantity, new Date(at).toISOString(), field.channel, false);
  }

  /** A later value of the same quantity and channel replaces the earlier one: states are given in rising priority. */
  #deliver(quantity: string, value: number | string, channel: ChannelSpec | undefined, doubtful: boolean): void {
    const name = this.#channel(channel);
    const reading: Reading = {
      quantity,
      ...(name === undefined ? {} : { channel: name }),
      value,
      ...(doubtful ? { quality: 'uncertain', reasons: ['deviceFlag'] } : {}),
    };
    const known = this.gathered.readings.findIndex((other) => other.quantity === quantity && other.channel === name);
    if (known >= 0) this.gathered.readings[known] = reading;
    else if (this.gathered.readings.length < MAX_READINGS) this.gathered.readings.push(reading);
    else throw new PayloadMismatch(`the payload holds more than ${MAX_READINGS} values`);
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
      case 'uint64':
        return reader.uint64(order);
      case 'int64':
        return reader.int64(order);
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

function among(value: number, wanted: number | readonly number[]): boolean {
  return typeof wanted === 'number' ? value === wanted : wanted.includes(value);
}
