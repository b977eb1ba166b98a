import { BitStream } from './bit-stream.ts';
import type { ByteReader } from './byte-reader.ts';
import type { Layout, MappedValue, ParsedPayload, ParsedValue } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/** One series of a model's batches, as its maker's table gives it. */
export interface BatchSeries {
  label: number;
  name: string;
  /** How the first value is written; those after it are differences in steps of the resolution. */
  type: 'uint1' | 'uint16' | 'int16' | 'uint24' | 'int24' | 'uint32' | 'float32';
  resolution: number;
  divide?: number;
}

/** How many bits a label has, and the series. */
export interface BatchTable {
  labelBits: number;
  series: readonly BatchSeries[];
}

type Code = readonly [length: number, word: number];
/** From five bits on; two of the tables have them in common. */
const LONGER: readonly Code[] = [
  [5, 0x11],
  [6, 0x21],
  [7, 0x41],
  [8, 0x81],
  [10, 0x200],
  [11, 0x402],
  [11, 0x403],
  [11, 0x404],
  [11, 0x405],
  [11, 0x406],
  [11, 0x407],
];
/**
 * Codes of Watteco's compression by how many bits of a difference follow, as length and word; the last says that a whole
 * value follows. Table 1 is for times. Source: Watteco/Codec-Report-Batch-Javascript.
 */
const CODES: readonly (readonly Code[])[] = [
  [[2, 0x0], [2, 0x1], [2, 0x3], [3, 0x5], [4, 0x9], ...LONGER],
  [
    [7, 0x6f],
    [5, 0x1a],
    [4, 0xc],
    [3, 0x3],
    [3, 0x7],
    [2, 0x2],
    [2, 0x0],
    [3, 0x2],
    [6, 0x36],
    [9, 0x1bb],
    [9, 0x1b9],
    [10, 0x375],
    [10, 0x374],
    [10, 0x370],
    [11, 0x6e3],
    [11, 0x6e2],
  ],
  [[4, 0x9], [3, 0x5], [2, 0x0], [2, 0x1], [2, 0x3], ...LONGER],
];
const BY_CODE = CODES.map((codes) => new Map(codes.map(([length, word], bits) => [length * 4_096 + word, bits])));
const LONGEST_CODE = 11;
const WHOLE_VALUE = 15;
const TIMES = 1;
/** A rise or a fall only, by the coding of a series; else the sign is in the difference. */
const RISING = 1;
const FALLING = 2;
const MAX_SAMPLES = 512;
/** Ages are counted from the reception: the time on the way makes them differ by so much. */
const TOLERANCE_MS = 20_000;
const PORT = 125;

/** Reports of a series that are kept and sent together: the default of many fleets. */
export function wattecoBatch(table: BatchTable, map: Readonly<Record<string, MappedValue>>): Layout {
  return {
    ports: [PORT],
    when: { byte: 0, bits: [0, 1], equals: 0 },
    tellsLength: true,
    parse: (reader, _fPort, { receivedAt }) => batchOf(reader, table, receivedAt),
    map,
  };
}

interface Read {
  series: BatchSeries;
  coding: number;
  codes: number;
  values: { at: number; value: number }[];
}

function batchOf(reader: ByteReader, table: BatchTable, receivedAt: number): ParsedPayload {
  const stream = new BitStream(reader.take(reader.remaining));
  const flags = stream.unsigned(8);
  stream.unsigned(4); // counter of batches
  const hasSamples = (flags & 4) === 0;
  const begun = headsOf(stream, table, flags >> 4, hasSamples);
  let last = begun.at(-1)?.values[0]?.at ?? 0;
  if (hasSamples) {
    last = flags & 2 ? commonTimes(stream, table, begun) : ownTimes(stream, table, begun, last);
  }
  const sentAt = nextTime(stream, last);
  return { values: [], samples: samplesOf(begun, (at) => receivedAt - (sentAt - at) * 1_000) };
}

function headsOf(stream: BitStream, table: BatchTable, count: number, hasSamples: boolean): Read[] {
  const begun: Read[] = [];
  for (let index = 0; index < count; index++) {
    const series = seriesOf(stream, table);
    const at = nextTime(stream, begun.at(-1)?.values[0]?.at ?? 0);
    const value = wholeValue(stream, series);
    const coding = hasSamples ? stream.unsigned(2) : 0;
    const codes = hasSamples ? stream.unsigned(2) : 0;
    begun.push({ series, coding, codes, values: [{ at, value }] });
  }
  return begun;
}

/** Each series has its own times. */
function ownTimes(stream: BitStream, table: BatchTable, begun: readonly Read[], from: number): number {
  let last = from;
  for (const _ of begun) {
    const read = readOf(stream, table, begun);
    const count = stream.unsigned(8);
    const timeCodes = count > 0 ? stream.unsigned(2) : 0;
    for (let index = 0; index < count; index++) {
      const before = read.values.at(-1) ?? { at: 0, value: 0 };
      const at = timeAfter(stream, before.at, codeOf(stream, timeCodes));
      const bits = codeOf(stream, read.codes);
      add(read, at, bits === 0 ? before.value : valueAfter(stream, read, before.value, bits));
      last = Math.max(last, at);
    }
  }
  return last;
}

/** One list of times for all series, and for each a bit whether it has a value then. */
function commonTimes(stream: BitStream, table: BatchTable, begun: readonly Read[]): number {
  const count = stream.unsigned(8);
  const timeCodes = stream.unsigned(2);
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const bits = codeOf(stream, timeCodes);
    const first = begun[0]?.values[0]?.at ?? 0;
    times.push(index === 0 && bits < WHOLE_VALUE ? first : timeAfter(stream, times.at(-1) ?? first, bits));
  }
  for (const _ of begun) {
    const read = readOf(stream, table, begun);
    let isFirst = true;
    for (const at of times) {
      if (stream.bit() === 0) continue;
      const before = read.values.at(-1)?.value ?? 0;
      const bits = codeOf(stream, read.codes);
      // the value that the head told already
      if (bits > 0 || !isFirst) add(read, at, bits === 0 ? before : valueAfter(stream, read, before, bits));
      else isFirst = false;
    }
  }
  return times.at(-1) ?? 0;
}

function add({ values }: Read, at: number, value: number): void {
  if (values.length >= MAX_SAMPLES) throw new PayloadMismatch(`the batch has more than ${MAX_SAMPLES} values`);
  values.push({ at, value });
}

function seriesOf(stream: BitStream, { labelBits, series }: BatchTable): BatchSeries {
  const label = stream.unsigned(labelBits);
  const found = series.find((one) => one.label === label);
  if (!found) throw new PayloadMismatch(`series ${label} of the batch is not known`);
  return found;
}

function readOf(stream: BitStream, table: BatchTable, begun: readonly Read[]): Read {
  const series = seriesOf(stream, table);
  const read = begun.find((one) => one.series === series);
  if (!read) throw new PayloadMismatch(`series ${series.label} of the batch has no beginning`);
  return read;
}

function codeOf(stream: BitStream, table: number): number {
  const codes = BY_CODE[table];
  let word = 0;
  for (let length = 1; codes && length <= LONGEST_CODE; length++) {
    word = word * 2 + stream.bit();
    const bits = codes.get(length * 4_096 + word);
    if (bits !== undefined) return bits;
  }
  throw new PayloadMismatch('a code of the batch is not known');
}

function nextTime(stream: BitStream, before: number): number {
  return before === 0 ? stream.unsigned(32) : timeAfter(stream, before, codeOf(stream, TIMES));
}

function timeAfter(stream: BitStream, before: number, bits: number): number {
  if (bits === WHOLE_VALUE) return stream.unsigned(32);
  return bits === 0 ? before : before + stream.unsigned(bits) + 2 ** bits - 1;
}

function valueAfter(stream: BitStream, { series, coding }: Read, before: number, bits: number): number {
  if (bits === WHOLE_VALUE) return wholeValue(stream, series);
  const raw = stream.unsigned(bits);
  const most = 2 ** bits - 1;
  if (coding === RISING) return before + (raw + most) * series.resolution;
  if (coding === FALLING) return before - (raw + most) * series.resolution;
  return before + (raw >= 2 ** (bits - 1) ? raw : raw - most) * series.resolution;
}

function wholeValue(stream: BitStream, { type }: BatchSeries): number {
  if (type === 'float32') {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, stream.unsigned(32));
    return view.getFloat32(0);
  }
  const bits = Number(type.replaceAll(/\D/g, ''));
  return type.startsWith('int') ? stream.signed(bits) : stream.unsigned(bits);
}

function samplesOf(begun: readonly Read[], moment: (at: number) => number): NonNullable<ParsedPayload['samples']> {
  const samples = new Map<number, ParsedValue[]>();
  for (const { series, values } of begun) {
    for (const { at, value } of values) {
      const own = samples.get(at) ?? [];
      samples.set(at, own);
      own.push({ name: series.name, value: value / (series.divide ?? 1) });
    }
  }
  return [...samples].map(([at, values]) => ({ at: moment(at), toleranceMs: TOLERANCE_MS, values }));
}
