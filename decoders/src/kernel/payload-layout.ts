import type { Reading } from '@vigie/contract';
import type { DefinitionCommon, LorawanCommand, LorawanDefinition, TimedSample, UplinkInput } from '../definition.ts';
import type { ByteReader, Endian } from './byte-reader.ts';
import type { Curve } from './curve.ts';
import type { PackedDate } from './packed-date.ts';
import type { Scaling } from './scale.ts';

/**
 * Types of a field; the digits are bits, `bcd` and `ascii` need a `length` in bytes. `uflt16` and `sflt16` are the
 * fractions of MCCI's libraries (arduino-lmic, LMIC_f2uflt16 and LMIC_f2sflt16).
 */
export type FieldType =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint24'
  | 'int24'
  | 'uint32'
  | 'int32'
  | 'uint40'
  | 'int40'
  | 'uint48'
  | 'int48'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'uflt16'
  | 'sflt16'
  | 'bcd'
  | 'ascii';

/** A condition on a field that was read before (by its `name`) or on a byte of the payload. */
export interface Condition {
  /** Name of a field read before. */
  name?: string;
  /** Or offset of a byte from the start of the payload. */
  byte?: number;
  bits?: readonly [number, number];
  equals?: number | readonly number[];
  not?: number | readonly number[];
  atLeast?: number;
  below?: number;
  /** Bytes left after the cursor, at least. */
  remaining?: number;
  /** All of these too, and one of those. */
  all?: readonly Condition[];
  any?: readonly Condition[];
}

/** The channel of a reading, or how to make one from a field that was read before. */
export type ChannelSpec =
  | string
  | {
      from: string;
      /** Channel by number; an empty string means none. */
      map?: Readonly<Record<number, string>>;
      prefix?: string;
      /** Added to the number before it is written. */
      plus?: number;
      /** The number is divided by this first, rounding down. */
      divide?: number;
    };

/** One value in a payload. Without `at` it follows the field before it. */
export interface Field extends Scaling {
  /** Offset from the start of the payload. It moves the cursor too, unless `peek`. */
  at?: number;
  peek?: boolean;
  type: FieldType;
  order?: Endian;
  /** Bytes of `bcd` and `ascii`; 'rest' for all that is left. */
  length?: number | 'rest';
  /** Base of the number that an `ascii` field spells. */
  radix?: 10 | 16;
  bits?: readonly [number, number];
  /** Sign and magnitude: the most significant of `bits` is the sign. */
  signMagnitude?: boolean;
  /** For conditions, channels and terms that come later; needs no quantity. */
  name?: string;
  quantity?: string;
  channel?: ChannelSpec;
  /** Added to the raw value: raw values of earlier fields, each times a factor (a counter in two parts). */
  plus?: readonly { name: string; times: number }[];
  /** Multiplies the value: a factor that the device sends beside it. */
  times?: { name: string; map?: Readonly<Record<number, number>> };
  /** The device's own time: raw is seconds since this instant (epoch milliseconds) in UTC. Times before 2015 are none. */
  secondsSince?: number;
  /** The device's own time as a calendar packed into the raw number. Times before 2015, and dates that are none, are none. */
  date?: PackedDate;
  /** A time that is neither the message's nor a reading's: under its `name` it dates samples. */
  timeOnly?: boolean;
  /** Instead of a straight line. */
  curve?: Curve;
  /** The value is also kept under this name for the device's later messages. */
  remember?: string;
  /** Raw values with which the device raises an alarm. */
  alarm?: readonly number[];
  /** Raw values that a valid payload has here. */
  must?: readonly number[];
  /** The values are the device's own doubt: raw values that make this reading uncertain. */
  doubtful?: readonly number[];
}

/** A value that was made of named fields before. */
export interface NamedValue extends Scaling {
  value: string;
  quantity: string;
  channel?: ChannelSpec;
  times?: { name: string; map?: Readonly<Record<number, number>> };
  /** Divides by a named value; absent where that is 0. */
  over?: string;
  curve?: Curve;
}

/** Sum of named values, each times a factor and times another named value where `by` names one. */
export interface Sum {
  constant?: number;
  terms: readonly { name: string; times?: number; by?: string }[];
}

/** When a sample was taken: `from` a named time, or the moment of reception, less a number of milliseconds. */
export interface SampleTime {
  from: string;
  minusMs?: Sum;
  /** The device tells an age, which differs with the time on the way: nearer samples are one. */
  toleranceMs?: number;
}

/** The moment of reception as the `from` of a sample. */
export const RECEPTION = 'reception';

/** A reading that the message itself means, without a field. */
export interface Constant {
  constant: string | number;
  quantity: string;
  channel?: ChannelSpec;
}

export type Step =
  | Field
  | Constant
  | NamedValue
  /** Gives a name to a sum; an earlier value of that name is replaced, and may be among the terms. */
  | { let: string; be: Sum }
  /** What earlier messages of the device left under `recall`, as a named value; `otherwise` where there is nothing. */
  | { recall: string; name: string; otherwise?: number }
  /** Readings of these steps are of that moment instead of the message's. */
  | { sample: SampleTime; steps: readonly Step[] }
  /** Bytes to leave out, or the name of the field that says how many. */
  | { skip: number | { name: string } }
  | { when: Condition; steps: readonly Step[]; otherwise?: readonly Step[] }
  /** Repeats until the payload ends, a number of times, or as often as a named field says. */
  | { repeat: 'rest' | number | { name: string }; index?: string; steps: readonly Step[]; until?: number }
  | { choose: string; cases: Readonly<Record<number, readonly Step[]>>; otherwise?: readonly Step[] | 'stop' | 'fail' };

/**
 * One kind of message. Layouts are tried in order; the first whose ports, length and conditions fit is used. `parse`
 * is the way out for a format that steps cannot say: it gives raw numbers by name and `map` makes readings of them.
 */
export interface Layout {
  ports: readonly number[] | 'any';
  /** Exact length in bytes, or the least and the most. */
  length?: number | readonly [number, number];
  when?: Condition;
  order?: Endian;
  /** Why a message of this kind holds no reading ("keep-alive"): known, and not worth a warning. */
  silent?: string;
  /** The last bytes of a whole message of this kind. */
  ends?: readonly number[];
  /** Where the message says its own length, and what is to be added to that for the length of the payload. */
  lengthAt?: { at: number; plus?: number };
  /** What `parse` reads says its own length or has a checksum inside, and is refused where it is cut. */
  tellsLength?: true;
  /** A payload of this kind is a row of messages of so many bytes, each read from its own start; `length` is that of the row. */
  every?: number;
  /** Bytes at the end that are checked beforehand and then left out. */
  check?: (bytes: Uint8Array) => Uint8Array | undefined;
  steps?: readonly Step[];
  parse?: (reader: ByteReader, fPort: number, input: UplinkInput) => ParsedPayload;
  map?: Readonly<Record<string, MappedValue>>;
}

export interface ParsedValue {
  name: string;
  value: number | bigint | string;
  channel?: string;
}

export interface ParsedPayload {
  values: readonly ParsedValue[];
  deviceAt?: number;
  /** Of earlier moments. */
  samples?: readonly { at: number; toleranceMs?: number; values: readonly ParsedValue[] }[];
  memory?: Readonly<Record<string, number>>;
  alarm?: boolean;
  warnings?: string[];
}

export interface MappedValue extends Scaling {
  quantity: string;
  channel?: string;
}

/** A LoRaWAN device as data; `lorawan()` makes a definition of it. */
export interface LorawanSpec extends DefinitionCommon {
  uplinks: readonly Layout[];
  commands?: Readonly<Record<string, LorawanCommand>>;
  partOf?: NonNullable<LorawanDefinition['partOf']>;
}

/** What a layout has gathered while it walked a payload. */
export interface Gathered {
  readings: Reading[];
  named: Map<string, number>;
  deviceAt?: number;
  samples: TimedSample[];
  memory: Record<string, number>;
  alarm: boolean;
  warnings: string[];
}
