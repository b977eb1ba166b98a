import { ByteReader, ByteWriter } from './bytes.ts';
import { readNumbers, writeNumbers } from './number-column.ts';
import { cutSkeleton, fillSkeleton, type Taken, takeApart } from './template.ts';

export interface NumberedRecord {
  seq: number;
  record: unknown;
}

interface Group {
  skeleton: string;
  taken: Taken[];
}

/** A few bytes may stand for many: what they may grow to, in records and in characters of JSON. */
const MAX_RECORDS = 10_000;
const MAX_CHARACTERS = 16_000_000;

/**
 * Records as columns. Layout: number of records; sequence numbers as differences; dictionary of strings; number of
 * skeletons; each record's skeleton; then for each skeleton its JSON text, its columns of strings (indices in the
 * dictionary) and its columns of numbers.
 */
export function encodeColumns(records: readonly NumberedRecord[]): Uint8Array {
  const groups = new Map<string, Group>();
  const order: number[] = [];
  const indexOf = new Map<string, number>();
  for (const { record } of records) {
    const taken = takeApart(record);
    let group = groups.get(taken.skeleton);
    if (!group) {
      indexOf.set(taken.skeleton, groups.size);
      group = { skeleton: taken.skeleton, taken: [] };
      groups.set(taken.skeleton, group);
    }
    order.push(indexOf.get(taken.skeleton) ?? 0);
    group.taken.push(taken);
  }
  const dictionary = new Map<string, number>();
  for (const { taken } of groups.values()) {
    for (const { strings } of taken)
      for (const text of strings) if (!dictionary.has(text)) dictionary.set(text, dictionary.size);
  }
  const writer = new ByteWriter();
  writer.varint(records.length);
  let before = 0;
  for (const { seq } of records) {
    writer.varint(zigzag(seq - before));
    before = seq;
  }
  writer.varint(dictionary.size);
  for (const text of dictionary.keys()) writer.text(text);
  writer.varint(groups.size);
  for (const index of order) writer.varint(index);
  for (const group of groups.values()) writeGroup(writer, group, dictionary);
  return writer.finish();
}

function writeGroup(writer: ByteWriter, { skeleton, taken }: Group, dictionary: ReadonlyMap<string, number>): void {
  writer.text(skeleton);
  const [first] = taken;
  const strings = first?.strings.length ?? 0;
  for (let column = 0; column < strings; column++) {
    for (const item of taken) writer.varint(dictionary.get(item.strings[column] ?? '') ?? 0);
  }
  const previous = sameBefore(taken.map((item) => item.strings[0] ?? ''));
  const numbers = first?.numbers.length ?? 0;
  for (let column = 0; column < numbers; column++) {
    writeNumbers(
      writer,
      taken.map((item) => item.numbers[column] ?? 0),
      previous,
    );
  }
}

/** Throws RangeError, SyntaxError or TypeError on bytes that are not columns. Records come back as they were given. */
export function decodeColumns(bytes: Uint8Array): NumberedRecord[] {
  const reader = new ByteReader(bytes);
  const count = reader.varint();
  if (count > MAX_RECORDS || count > reader.left) throw new RangeError(`${count} records`);
  const seqs: number[] = [];
  let before = 0;
  for (let index = 0; index < count; index++) {
    before += unzigzag(reader.varint());
    seqs.push(before);
  }
  const dictionary = Array.from({ length: bounded(reader) }, () => reader.text());
  const groupCount = bounded(reader);
  const members: number[][] = Array.from({ length: groupCount }, () => []);
  for (let index = 0; index < count; index++) {
    const group = members[reader.varint()];
    if (!group) throw new RangeError('a skeleton is missing');
    group.push(index);
  }
  const records: NumberedRecord[] = seqs.map((seq) => ({ seq, record: undefined }));
  let characters = 0;
  for (const indices of members) {
    const texts = readGroup(reader, indices.length, dictionary, (length) => {
      characters += length;
      if (characters > MAX_CHARACTERS) throw new RangeError('the batch grows beyond its limit');
    });
    for (const [place, index] of indices.entries()) {
      const target = records[index];
      if (target) target.record = JSON.parse(texts[place] ?? '');
    }
  }
  if (reader.left > 0) throw new RangeError('there are bytes too many');
  return records;
}

function readGroup(
  reader: ByteReader,
  count: number,
  dictionary: readonly string[],
  grow: (characters: number) => void,
): string[] {
  const skeleton = cutSkeleton(reader.text());
  const strings = Array.from({ length: skeleton.strings }, () =>
    Array.from({ length: count }, () => {
      const text = dictionary[reader.varint()];
      if (text === undefined) throw new RangeError('a string is missing');
      return text;
    }),
  );
  const previous = sameBefore(Array.from({ length: count }, (_, place) => strings[0]?.[place] ?? ''));
  const numbers = Array.from({ length: skeleton.numbers }, () => readNumbers(reader, count, previous));
  return Array.from({ length: count }, (_, place) => {
    const text = fillSkeleton(
      skeleton,
      (column) => numbers[column]?.[place] ?? 0,
      (column) => strings[column]?.[place] ?? '',
    );
    grow(text.length);
    return text;
  });
}

/** For each place the last place before it with the same name, −1 where there is none. */
function sameBefore(names: readonly string[]): Int32Array {
  const last = new Map<string, number>();
  return Int32Array.from(names, (name, place) => {
    const before = last.get(name) ?? -1;
    last.set(name, place);
    return before;
  });
}

function bounded(reader: ByteReader): number {
  const count = reader.varint();
  if (count > reader.left) throw new RangeError(`${count} entries`);
  return count;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
}
