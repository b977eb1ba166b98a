import type { ByteOrder, Charset } from '../definition.ts';
import { bytesOf } from './register-value.ts';

/** What stands between characters and is none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be taken out
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\ufffd\ufeff]/g;
const DECIMAL = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?$/;

/** The text of registers up to its first zero, without what cannot be printed; undefined where nothing is left. */
export function textOf(words: readonly number[], order: ByteOrder, charset?: Charset): string | undefined {
  const bytes = bytesOf(words, order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD');
  const text = decoded(bytes, words, charset)
    .replace(/\0[\s\S]*$/, '')
    .replaceAll(CONTROLS, '')
    .trim();
  return text === '' ? undefined : text;
}

/** A decimal number in characters; undefined where they are none. */
export function numberInText(text: string | undefined): number | undefined {
  const trimmed = text?.replaceAll(' ', '') ?? '';
  if (!DECIMAL.test(trimmed)) return undefined;
  const value = Number(trimmed.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

function decoded(bytes: Uint8Array, words: readonly number[], charset: Charset | undefined): string {
  if (charset === 'us-ascii') return String.fromCharCode(...upToZero(bytes)).replaceAll(/[^\x20-\x7e]/g, '');
  if (charset === 'utf-16be' || charset === 'utf-16le') return new TextDecoder(charset).decode(bytes);
  if (charset !== undefined) return new TextDecoder(charset).decode(upToZero(bytes));
  // One character in each register looks like an empty text otherwise.
  const spread = (words[0] ?? 0) > 0 && words.every((word) => word < 0x100);
  if (bytes[0] === 0 && spread) return String.fromCharCode(...words);
  const text = upToZero(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return new TextDecoder('iso-8859-1').decode(text);
  }
}

/** What stands behind the end of a text is often no text at all. */
function upToZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
