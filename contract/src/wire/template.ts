/**
 * A JSON value as its skeleton and what varies in it. Numbers, and the strings under the keys below, are taken out in
 * the order in which they stand; everything else is the skeleton, which many records share. Nothing here knows what a
 * reading is: a record of a later release travels as well, and every reader gets back exactly the JSON that was sent.
 */
const VARYING = new Set(['device', 'command', 'value', 'message', 'gateway', 'passedBy', 'phyPayload', 'radio']);

/** Marks in the skeleton's JSON text; JSON.stringify never writes these characters itself. */
const NUMBER_MARK = '\u0001';
const STRING_MARK = '\u0002';

export interface Taken {
  skeleton: string;
  numbers: number[];
  strings: string[];
}

export function takeApart(value: unknown): Taken {
  const numbers: number[] = [];
  const strings: string[] = [];
  return { skeleton: skeletonOf(value, '', numbers, strings), numbers, strings };
}

/** Names and codes come again and again; anything else must not fill the memory. */
const QUOTED_LIMIT = 1_024;
const quotedTexts = new Map<string, string>();

function quoted(text: string): string {
  const known = quotedTexts.get(text);
  if (known !== undefined) return known;
  const fresh = JSON.stringify(text);
  if (text.length <= 64) {
    if (quotedTexts.size >= QUOTED_LIMIT) quotedTexts.clear();
    quotedTexts.set(text, fresh);
  }
  return fresh;
}

function skeletonOf(value: unknown, key: string, numbers: number[], strings: string[]): string {
  if (typeof value === 'number') {
    // As JSON.stringify has it.
    if (!Number.isFinite(value)) return 'null';
    numbers.push(value);
    return NUMBER_MARK;
  }
  if (typeof value === 'string') {
    if (!VARYING.has(key)) return quoted(value);
    strings.push(value);
    return STRING_MARK;
  }
  if (Array.isArray(value)) return `[${value.map((item) => skeletonOf(item, key, numbers, strings)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  let text = '';
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(name)}:${skeletonOf(member, name, numbers, strings)}`;
  }
  return `{${text}}`;
}

/** A skeleton cut at its marks: `pieces` has one more than `marks`. */
export interface Skeleton {
  pieces: string[];
  marks: ('number' | 'string')[];
  numbers: number;
  strings: number;
}

export function cutSkeleton(text: string): Skeleton {
  const pieces: string[] = [];
  const marks: Skeleton['marks'] = [];
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character !== NUMBER_MARK && character !== STRING_MARK) continue;
    pieces.push(text.slice(from, index));
    marks.push(character === NUMBER_MARK ? 'number' : 'string');
    from = index + 1;
  }
  pieces.push(text.slice(from));
  const numbers = marks.filter((mark) => mark === 'number').length;
  return { pieces, marks, numbers, strings: marks.length - numbers };
}

/** The JSON text of one record: `number` and `string` give what stands at the n-th mark of their kind. */
export function fillSkeleton(
  { pieces, marks }: Skeleton,
  number: (index: number) => number,
  string: (index: number) => string,
): string {
  let text = pieces[0] ?? '';
  let numbers = 0;
  let strings = 0;
  for (let index = 0; index < marks.length; index++) {
    text += marks[index] === 'number' ? String(number(numbers++)) : JSON.stringify(string(strings++));
    text += pieces[index + 1] ?? '';
  }
  return text;
}
