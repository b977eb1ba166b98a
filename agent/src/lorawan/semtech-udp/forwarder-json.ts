import { parseForeignJson } from '@vigie/contract';

/** `unread` says what had to be left out of a datagram whose JSON is not sound as a whole. */
export type ForwarderJson = { ok: true; json: unknown; unread?: string } | { ok: false; detail: string };

/** A PUSH_DATA with the eight frames that a concentrator demodulates at once is below 5 KiB. */
export const MAX_DATAGRAM_BYTES = 32_768;
const BOUNDS = { maxBytes: MAX_DATAGRAM_BYTES, maxDepth: 8 };

/**
 * The JSON of a datagram, as far as it is sound. Forwarders end it with zero bytes (a C string and what stood behind it),
 * cut a description in the middle, write a number that is none (`nan`), or a member twice: what they heard is not to be
 * lost for that. Then each frame of `rxpk` is read by itself, and the outcome of a transmission by its word.
 */
export function forwarderJson(bytes: Buffer): ForwarderJson {
  const text = untilZero(withoutMark(bytes.toString('utf8')));
  const whole = parseForeignJson(text, BOUNDS);
  // Of a member that comes twice only the last would be seen.
  if (whole.ok && !isTwice(text, RXPK)) return { ok: true, json: whole.value };
  const frames = framesIn(text);
  if (frames.length > 0) {
    const fault = whole.ok ? 'it has rxpk more than once' : 'what stands in or beside its frames is not JSON';
    return { ok: true, json: { rxpk: frames }, unread: fault };
  }
  if (whole.ok) return { ok: true, json: whole.value };
  const error = TX_ERROR.exec(text)?.[1];
  if (error !== undefined)
    return { ok: true, json: { txpk_ack: { error } }, unread: 'what stands beside its word is not JSON' };
  if (STAT.test(text)) return { ok: true, json: { stat: {} }, unread: 'its status is not JSON' };
  const isMalformed = whole.reason === 'malformed';
  return { ok: false, detail: isMalformed ? 'not JSON' : 'its JSON is larger or nested deeper than allowed' };
}

const RXPK = '"rxpk"';
const RXPK_VALUE = /"rxpk"\s*:\s*\[?/g;
const TX_ERROR = /"txpk_ack"\s*:\s*\{[^{}]{0,256}?"error"\s*:\s*"([A-Z_]{1,32})"/;
/** A forwarder that tells of itself alone is there, whatever it says: it waits for its acknowledgement. */
const STAT = /^\s*\{\s*"stat"\s*:\s*\{/;
/** A member whose value is a text or a whole number token; behind a decimal comma another digit would follow. */
const MEMBER = /"([A-Za-z]{1,8})"\s*:\s*(?:"([^"\\]*)"|(-?\d{1,20}(?:\.\d{1,20})?))(?=\s*[,}])(?!\s*,\s*\d)/g;

function untilZero(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** Without the byte order mark that some libraries write. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function isTwice(text: string, part: string): boolean {
  const first = text.indexOf(part);
  return first !== -1 && text.indexOf(part, first + part.length) !== -1;
}

/** The frames of each `rxpk`, as far as they are sound; in each, the first that is not closed ends the search. */
function framesIn(text: string): unknown[] {
  const found: unknown[] = [];
  let read = 0;
  for (const start of text.matchAll(RXPK_VALUE)) {
    if (start.index < read) continue;
    read = start.index + start[0].length;
    for (; read < text.length && text[read] !== ']'; read++) {
      if (text[read] !== '{') continue;
      const end = endOfObject(text, read);
      if (end === undefined) return found;
      const frame = frameOf(text.slice(read, end));
      if (frame !== undefined) found.push(frame);
      read = end - 1;
      // Not in a list: what follows is another member.
      if (!start[0].endsWith('[')) break;
    }
  }
  return found;
}

/** A frame as a whole, or its members one by one where one of them is no JSON. */
function frameOf(text: string): unknown {
  const json = parseForeignJson(text, BOUNDS);
  if (json.ok) return json.value;
  const members = [...text.matchAll(MEMBER)].map(([, name = '', written, number]) => [name, written ?? Number(number)]);
  const frame: Record<string, unknown> = Object.fromEntries(members.reverse());
  return typeof frame.data === 'string' ? frame : undefined;
}

/** Behind the bracket that closes the one at `start`. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && isText) at += 1;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
