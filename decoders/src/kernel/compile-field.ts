import { withoutFloatError } from '../units.ts';
import { type ByteReader, bitsOf, type Endian } from './byte-reader.ts';
import { curveValue } from './curve.ts';
import { FIELD_TYPES, type Raw } from './field-types.ts';
import { packedTime } from './packed-date.ts';
import type { ChannelSpec, Field, NamedValue } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';
import { scalerOf } from './scale.ts';
import { EARLIEST_TIME, type Walk } from './walk.ts';

type Value = (walk: Walk, raw: number | bigint) => number | string | undefined;

/** Reads what a field says once, and gives back how it is read in every payload. */
export function compileField(field: Field, layoutOrder: Endian): (walk: Walk) => void {
  const { at, peek, quantity, must, alarm, remember, name } = field;
  const read = compileRaw(field, layoutOrder);
  const total = compileTerms(field);
  const tellTime = field.secondsSince === undefined && !field.date ? undefined : compileTime(field);
  const channelOf = compileChannel(field.channel);
  const deliver = quantity === undefined ? undefined : compileReading(field, quantity);
  return (walk) => {
    const { reader, gathered } = walk;
    const start = reader.offset;
    if (at !== undefined) reader.seek(at);
    const raw = read(reader);
    if (peek) reader.seek(start);
    if (typeof raw === 'string') {
      if (quantity !== undefined) walk.deliver(quantity, channelOf(walk), raw);
      return;
    }
    if (must && !must.includes(Number(raw))) {
      throw new PayloadMismatch(`${raw} stands where ${must.join(' or ')} must`);
    }
    const sum = total ? total(walk, raw) : raw;
    if (alarm?.includes(Number(raw))) gathered.alarm = true;
    if (remember !== undefined) gathered.memory[remember] = Number(sum);
    if (tellTime) {
      tellTime(walk, Number(raw));
      return;
    }
    if (name !== undefined) walk.named.set(name, Number(sum));
    if (deliver) deliver(walk, raw, sum);
  };
}

/** A value that was made of named fields before. */
export function compileNamedValue(step: NamedValue): (walk: Walk) => void {
  const { value: dividendName, over, quantity, channel } = step;
  const compute = compileValue(step);
  const channelOf = compileChannel(channel);
  return (walk) => {
    const dividend = walk.named.get(dividendName);
    const divisor = over === undefined || dividend === undefined ? 1 : walk.numberOf(over);
    const value = dividend === undefined || divisor === 0 ? undefined : compute(walk, dividend / divisor);
    if (value !== undefined) walk.deliver(quantity, channelOf(walk), value);
  };
}

export function compileChannel(spec: ChannelSpec | undefined): (walk: Walk) => string | undefined {
  if (spec === undefined || typeof spec === 'string') return () => spec;
  const { from, map, prefix = '', plus = 0, divide = 1 } = spec;
  return (walk) => {
    const number = walk.numberOf(from);
    const mapped = map?.[number];
    if (mapped !== undefined) return mapped === '' ? undefined : mapped;
    return `${prefix}${Math.floor(number / divide) + plus}`;
  };
}

function compileRaw(field: Field, layoutOrder: Endian): (reader: ByteReader) => Raw {
  const { order = layoutOrder, length = 1, radix, bits, signMagnitude } = field;
  const read = FIELD_TYPES[field.type];
  if (bits === undefined) return (reader) => read(reader, order, length, radix);
  const sign = 2 ** (bits[1] - 1);
  return (reader) => {
    const whole = read(reader, order, length, radix);
    if (typeof whole === 'string') return whole;
    const part = bitsOf(Number(whole), bits);
    return signMagnitude && part >= sign ? sign - part : part;
  };
}

function compileTerms({ plus }: Field): ((walk: Walk, raw: number | bigint) => number) | undefined {
  if (!plus) return undefined;
  return (walk, raw) => plus.reduce((sum, { name, times }) => sum + walk.numberOf(name) * times, Number(raw));
}

function compileReading(
  field: Field,
  quantity: string,
): (walk: Walk, raw: number | bigint, total: number | bigint) => void {
  const { absent, doubtful } = field;
  const compute = compileValue(field);
  const channelOf = compileChannel(field.channel);
  return (walk, raw, total) => {
    if (absent?.includes(raw)) return;
    const value = compute(walk, total);
    if (value !== undefined) walk.deliver(quantity, channelOf(walk), value, doubtful?.includes(Number(raw)) ?? false);
  };
}

function compileValue(how: Field | NamedValue): Value {
  const { curve, times } = how;
  const scale = scalerOf(how);
  const plain: Value = (_walk, raw) => (curve ? curveValue(Number(raw), curve) : scale(raw));
  if (!times) return plain;
  const { name, map } = times;
  return (walk, raw) => {
    const value = plain(walk, raw);
    const sent = walk.named.get(name);
    const factor = sent === undefined || map === undefined ? sent : map[sent];
    if (value === undefined || factor === undefined) return undefined;
    return typeof value === 'number' && factor !== 1 ? withoutFloatError(value * factor) : value;
  };
}

function compileTime(field: Field): (walk: Walk, raw: number) => void {
  const { name, secondsSince = 0, date, quantity, timeOnly, absent } = field;
  const channelOf = compileChannel(field.channel);
  return (walk, raw) => {
    const at = date ? packedTime(raw, date) : secondsSince + raw * 1_000;
    if (at === undefined || at < EARLIEST_TIME || absent?.includes(raw)) {
      // the time of the line before is not that of this one
      if (name !== undefined) walk.named.delete(name);
      return;
    }
    if (name !== undefined) walk.named.set(name, at);
    if (quantity !== undefined) walk.deliver(quantity, channelOf(walk), new Date(at).toISOString());
    else if (!timeOnly) walk.gathered.deviceAt = at;
  };
}
