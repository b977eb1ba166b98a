import { parseForeignJson } from '@vigie/contract';

/** `unread` says what had to be left out of a datagram whose JSON is not sound as a whole. */
export type ForwarderJson = { ok: true; json: unknown; unread?: string } | { ok: false; detail: string };

/** A PUSH_DATA with the eight frames that a concentrator demodulates at once is below 5 KiB. */
export const MAX_DATAGRAM_BYTES = 32_768;
const BOUNDS = { maxBytes: MAX_DATAGRAM_BYTES, maxDepth: 8 };

/**
 * The JSON of a datagram, as far as it is sound. Forwarders end it with zero bytes (a C string and what stood behind it),
 * cut a description in the middle, or write a number that is none: what they heard is not to be lost for that. Then each
 * frame of `rxpk` is read by itself, and the outcome of a transmission by its word.
 */
export function forwarderJson(bytes: Buffer): ForwarderJson {
  const text = untilZero(bytes.toString('utf8'));
  const whole = parseForeignJson(text, BOUNDS);
  if (whole.ok) return { ok: true, json: whole.value };
  if (whole.reason !== 'malformed') return { ok: false, detail: 'its JSON is larger or nested deeper than allowed' };
  const frames = objectsAfter(text, 'rxpk');
  if (frames.length > 0)
    return { ok: true, json: { rxpk: frames }, unread: 'what stands beside its frames is not JSON' };
  const error = TX_ERROR.exec(text)?.[1];
  if (error !== undefined)
    return { ok: true, json: { txpk_ack: { error } }, unread: 'what stands beside its word is not JSON' };
  return { ok: false, detail: 'not JSON' };
}

const TX_ERROR = /"txpk_ack"\s*:\s*\{[^{}]{0,256}?"error"\s*:\s*"([A-Z_]{1,32})"/;

function untilZero(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** The sound objects of the array that the member holds; the first that is not closed ends the search. */
function objectsAfter(text: string, member: string): unknown[] {
  const start = new RegExp(`"${member}"\\s*:\\s*\\[?`).exec(text);
  if (!start) return [];
  const found: unknown[] = [];
  for (let at = start.index + start[0].length; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === ']') break;
    if (character !== '{') continue;
    const end = endOfObject(text, at);
    if (end === undefined) break;
    const json = parseForeignJson(text.slice(at, end), BOUNDS);
    if (json.ok) found.push(json.value);
    at = end - 1;
  }
  return found;
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
