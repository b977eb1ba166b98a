/** What JSON from outside may be before anything looks at it. */
export interface JsonBounds {
  maxBytes: number;
  /** Arrays and objects within each other; a document of ours has at most ten. */
  maxDepth: number;
}

export type ForeignJson = { ok: true; value: unknown } | { ok: false; reason: 'tooLong' | 'tooDeep' | 'malformed' };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses JSON (RFC 8259) that somebody else wrote. Length and depth are bounded before a value is built from it:
 * whatever later walks the value (a serialiser, a schema, a comparison) may then recurse without running out of stack.
 * `parse` is another parser than `JSON.parse`, where large integers must survive.
 */
export function parseForeignJson(
  text: string | Uint8Array,
  { maxBytes, maxDepth }: JsonBounds,
  parse: (text: string) => unknown = JSON.parse,
): ForeignJson {
  if (text.length > maxBytes) return { ok: false, reason: 'tooLong' };
  const written = typeof text === 'string' ? text : decoder.decode(text);
  if (mayBeDeeper(written, maxDepth) && isDeeper(written, maxDepth)) return { ok: false, reason: 'tooDeep' };
  try {
    return { ok: true, value: parse(written) };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
}

const decoder = new TextDecoder();

/** Whether so many brackets open at all, in strings too: most texts have fewer, and each is found without a look at the rest. */
function mayBeDeeper(text: string, maxDepth: number): boolean {
  let left = maxDepth;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left === 0) return true;
      left -= 1;
    }
  }
  return false;
}

/** Counts brackets outside of strings; of text that is no JSON it says something that the parser then refuses. */
function isDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      depth -= 1;
    }
  }
  return false;
}

/** Where the quote stands that closes the string; behind the text where none does. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text.charCodeAt(quote - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return quote;
  }
  return text.length;
}
