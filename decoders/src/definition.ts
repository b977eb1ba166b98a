import type { ErrorCode, Reading } from '@vigie/contract';
import type { ImportedCodec } from './mapping/imported-codec.ts';
import type { Derivation } from './parameters/derivation.ts';
import type { ParameterSpec } from './parameters/parameter.ts';

/** What a device measures or drives; the third level of `city/v1/{tenant}/{domain}/…`. */
export const DOMAINS = [
  'lighting',
  'waste',
  'water',
  'electricity',
  'gas',
  'heat',
  'parking',
  'mobility',
  'environment',
  'generic',
] as const;
export type Domain = (typeof DOMAINS)[number];

/** A sentence for people. */
export interface InBothLanguages {
  en: string;
  fr: string;
}

/** What every definition says of itself, whatever bus its device hangs on. */
export interface DefinitionCommon {
  /** `vendor/model`, as the gateway's configuration names it. */
  id: string;
  /** Rises when the same bytes give other readings. */
  version: number;
  vendor: string;
  title: string;
  domain: Domain;
  /** The vendor's documents and public repositories that the definition was written from and held against, `; ` between. */
  source: string;
  /** Said where all that `source` names goes back to one description of the format. */
  oneSource?: true;
  /** By version: what values it changed and why, for people who compare readings from before and after. */
  changed?: Readonly<Record<number, InBothLanguages>>;
  /** What must be known of one device beyond its model, by name. */
  parameters?: Readonly<Record<string, ParameterSpec>>;
  /** Readings that follow from others by parameters, in order. */
  derived?: readonly Derivation[];
  /** Where a counter rolls over, in the unit of the vocabulary, by quantity. */
  rollsOverAt?: Readonly<Record<string, number>>;
}

/** What a device measured at an earlier moment and kept: one line of a datalog or a batch. */
export interface TimedSample {
  /** Epoch milliseconds. */
  at: number;
  /** Samples of the device nearer to each other than this are one: where it tells their age instead of their time. */
  toleranceMs?: number;
  readings: Reading[];
}

/** What a device message said, in the vocabulary. `deviceAt` is epoch milliseconds. */
export interface Decoded {
  /** Of the moment of the message, or of `deviceAt`. May be empty where there are `samples` or an `alarm`. */
  readings: Reading[];
  deviceAt?: number;
  /** Of earlier moments, in any order. */
  samples?: TimedSample[];
  /** What the device's next messages need of this one; takes the place of what was remembered under these names. */
  memory?: Readonly<Record<string, number>>;
  /** The device itself raised an alarm: the record goes before all others. */
  alarm?: boolean;
  warnings?: string[];
}

export type DecodeOutcome = { ok: true; decoded: Decoded } | { ok: false; code: ErrorCode; message: string };

export interface UplinkInput {
  bytes: Uint8Array;
  fPort: number;
  /** Epoch milliseconds at which the gateway received the frame. */
  receivedAt: number;
  /** What earlier messages of the device left for later ones; it may be lost. */
  memory?: Readonly<Record<string, number>>;
}

/** One argument of a command: the API checks it, the console draws its form from it. */
export interface CommandArgument {
  title: string;
  type: 'number' | 'string' | 'boolean';
  /** UCUM. */
  unit?: string;
  minimum?: number;
  maximum?: number;
  integer?: boolean;
  choices?: readonly string[];
}

export type CommandValues = Readonly<Record<string, number | string | boolean>>;

export interface LorawanDownlink {
  fPort: number;
  bytes: Uint8Array;
  confirmed?: boolean;
}

export interface LorawanCommand {
  title: string;
  args: Readonly<Record<string, CommandArgument>>;
  encode(values: CommandValues): LorawanDownlink;
}

/** One frame of a message that comes in several, their frame counters in a row. */
export interface UplinkPart {
  first: boolean;
  last: boolean;
  /** What it adds to the message. */
  content: Uint8Array;
  /** FPort under which the whole message is decoded. */
  wholePort: number;
}

export interface LorawanDefinition extends DefinitionCommon {
  protocol: 'lorawan';
  decodeUplink(input: UplinkInput): DecodeOutcome;
  /** For devices that split messages: what a frame is a part of; `undefined` for one that is a message by itself. */
  partOf?(input: UplinkInput): UplinkPart | undefined;
  commands?: Readonly<Record<string, LorawanCommand>>;
}

export type RegisterTable = 'coil' | 'discreteInput' | 'holdingRegister' | 'inputRegister';
/** The types that a register map knows; how many registers each takes is in `REGISTER_WIDTHS`. */
export const REGISTER_TYPES = [
  'bit',
  /** One byte of a register: `half` says which. */
  'uint8',
  'int8',
  'uint16',
  'int16',
  /** The lower three bytes of two registers. */
  'uint24',
  'int24',
  'uint32',
  'int32',
  'uint48',
  'int48',
  'uint64',
  'int64',
  /** IEEE 754. */
  'float16',
  'float32',
  'float64',
  /** Packed BCD: 4, 8, 12 and 16 digits. */
  'bcd16',
  'bcd32',
  'bcd48',
  'bcd64',
  /** The first bit is the sign, the others are the magnitude. */
  'signMagnitude16',
  'signMagnitude32',
  /** Registers are digits to the base 10,000, each with its sign (M10K of ION, MOD10 of Schneider). */
  'mod10k32',
  'mod10k48',
  'mod10k64',
  'string',
  /** A number written out in characters. */
  'digits',
] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];
/** Encodings of text (WHATWG labels). `utf-16be` and `utf-16le` have one character in each register. */
export const CHARSETS = [
  'us-ascii',
  'utf-8',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-9',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'shift_jis',
  'gb18030',
  'utf-16be',
  'utf-16le',
] as const;
export type Charset = (typeof CHARSETS)[number];
/** Bytes of a value as they come on the wire, A the most significant pair of letters for each 16 bits: see docs. */
export type ByteOrder = 'ABCD' | 'CDAB' | 'BADC' | 'DCBA';

/** Another number of the same device that a value hangs on. */
export interface RegisterOperand {
  /** That of the value where absent. */
  table?: RegisterTable;
  address: number;
  type: Exclude<RegisterType, 'string' | 'digits'>;
  order?: ByteOrder;
  half?: 'high' | 'low';
  bits?: readonly [number, number];
  scale?: number;
  absent?: readonly (number | bigint | 'nan')[];
}

/** One value in a device's register map, as data that a reviewer can hold against the vendor's document. */
export interface RegisterPoint {
  table: RegisterTable;
  /** As on the wire, from 0. */
  address: number;
  type: RegisterType;
  order?: ByteOrder;
  /** Registers of a string or of digits. */
  length?: number;
  /** How a text is encoded; UTF-8, and ISO 8859-1 what is none, where absent. */
  charset?: Charset;
  /** Which byte of the register a type of 8 bits is; `low` where absent. */
  half?: 'high' | 'low';
  /** Bits of the value, least significant 0: [first, count]. */
  bits?: readonly [number, number];
  /** Whether the bits are a two's complement; as the type is, where absent and there are several. */
  signed?: boolean;
  quantity: string;
  channel?: string;
  /** raw × scale gives the value in the vocabulary's unit. */
  scale?: number;
  offset?: number;
  /** Register that holds the power of ten, as in SunSpec. */
  scaleRegister?: number;
  /** After scale and offset: multiplied by the first, divided by the second, the sum of all. Absent where one is. */
  times?: RegisterOperand;
  dividedBy?: RegisterOperand;
  plus?: readonly RegisterOperand[];
  /** The value is negative where this holds one of `negative`, 1 where absent. */
  sign?: RegisterOperand & { negative?: readonly number[] };
  states?: Readonly<Record<number, string>>;
  /** Word for raw values that `states` does not name; absent values where there is none. */
  otherwise?: string;
  /** Raw values that mean "not implemented"; such a value is absent, never zero. */
  absent?: readonly (number | bigint | 'nan')[];
  /** How often at least, as a multiple of the device's interval; 1 where absent. */
  every?: number;
}

/**
 * How a device tells its time: seconds or milliseconds since 1970, seconds since 2000 (SunSpec), four registers of IEC
 * 60870-5-4, three of Schneider (month and day, year since 1900 and hour, minute and second), six of one number each
 * from the year to the second, or three of BCD (year and month, day and hour, minute and second).
 */
export const DEVICE_TIME_FORMATS = [
  'unixSeconds',
  'unixMilliseconds',
  'secondsSince2000',
  'iec60870',
  'monthDayYearHour',
  'sixRegisters',
  'bcd',
] as const;
export type DeviceTimeFormat = (typeof DEVICE_TIME_FORMATS)[number];

/** Registers that hold the moment of the values; it becomes the time of the record. */
export interface DeviceTimeRegisters {
  table: RegisterTable;
  address: number;
  format: DeviceTimeFormat;
  order?: ByteOrder;
  /** Zone that the device's clock shows: `UTC`, `+01:00` or a name such as `Europe/Paris`. */
  zone: string;
}

export interface ModbusWrite {
  table: 'coil' | 'holdingRegister';
  address: number;
  /** 16-bit words, or 0/1 for coils, in the order of the wire. */
  values: number[];
  /** Read the same place afterwards and compare; false for write-only registers. */
  readBack: boolean;
  /** Of the one holding register only these bits become those of the value; the others stay as they are. */
  mask?: number;
  /** The one holding register goes evenly from what it holds to the value in this time, so that a lamp fades. */
  rampMs?: number;
}

export interface ModbusCommand {
  title: string;
  args: Readonly<Record<string, CommandArgument>>;
  encode(values: CommandValues): ModbusWrite[];
}

/** Registers of a SunSpec model, counted from its first point behind id and length. */
export interface SunspecBlock {
  /** Models that have these points at these places. */
  models: readonly number[];
  registers: readonly RegisterPoint[];
}

export interface ModbusDefinition extends DefinitionCommon {
  protocol: 'modbus';
  registers: readonly RegisterPoint[];
  /** Registers whose place is found on the device: `discoverSunspec`, then `placeSunspec`, before it is polled. */
  sunspec?: readonly SunspecBlock[];
  /** Most registers in one read; 125 where absent. A value that is wider is read in pieces, again until it stands still. */
  maxRegisters?: number;
  /** Registers that nobody asked for and that are read along rather than make two requests; 10 where absent. */
  maxGap?: number;
  /** Where the device tells the moment of its values. */
  deviceAt?: DeviceTimeRegisters;
  /** Ranges that the device refuses to read across, first and last address. */
  holes?: readonly { table: RegisterTable; from: number; to: number }[];
  commands?: Readonly<Record<string, ModbusCommand>>;
}

export type Definition = LorawanDefinition | ModbusDefinition;

/** A model that no definition stands for: its vendor's script runs in the sandbox, a mapping turns what it says into readings. */
export interface CodecDefinition extends DefinitionCommon {
  protocol: 'lorawan';
  codec: ImportedCodec;
}

/** What a device's model may be. */
export type Model = Definition | CodecDefinition;

/** What a poll read of a device, by table and address; `undefined` where nothing was read. Coils read as 0 or 1. */
export interface RegisterImage {
  words(table: RegisterTable, address: number, count: number): readonly number[] | undefined;
}
