import type { CodecErrorCode } from './codec-call.ts';

export type Failure = { ok: false; code: CodecErrorCode; message: string };

const MESSAGE_LENGTH = 500;
/** Objects and lists of a result within each other: whoever reads it walks it by recursion. */
export const MAX_RESULT_DEPTH = 1_000;

/** QuickJS tells its own limits by an InternalError; the first two cannot be caught by a script. */
export function failureOf(error: string, otherwise: CodecErrorCode): Failure {
  const message = shortened(error);
  if (error.startsWith('InternalError: interrupted')) return { ok: false, code: 'CODEC_TIMEOUT', message };
  if (error.startsWith('InternalError: out of memory')) return { ok: false, code: 'CODEC_MEMORY', message };
  return { ok: false, code: otherwise, message };
}

/** What the engine says of a codec, with what the codec's author can do about it. */
export function explained(error: string, source: string): string {
  if (!/^ReferenceError: '?require\b/.test(error)) return error;
  const module = /\brequire\s*\(\s*["'`]([^"'`]{1,64})["'`]/.exec(source)?.[1] ?? '?';
  return `the codec asks for the module "${module}", and a codec is one file without modules: bundle it with what it needs`;
}

/** Of what the engine itself threw. */
export function hostErrorCode(error: unknown): CodecErrorCode {
  return error instanceof RangeError && !error.message.includes('call stack') ? 'CODEC_MEMORY' : 'CODEC_EXCEPTION';
}

export function shortened(text: string): string {
  return text.length <= MESSAGE_LENGTH ? text : `${text.slice(0, MESSAGE_LENGTH)}…`;
}

/** Whether JSON text nests deeper than a result may. */
export function isNestedTooDeep(json: string): boolean {
  if (json.length < 2 * MAX_RESULT_DEPTH) return false;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index++) {
    const char = json[index];
    if (char === '"') inText = !inText;
    else if (inText) {
      if (char === '\\') index++;
    } else if (char === '{' || char === '[') {
      if (++depth > MAX_RESULT_DEPTH) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}
