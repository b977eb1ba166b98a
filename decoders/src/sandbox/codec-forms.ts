import { CODEC_FUNCTIONS, type CodecFunction } from './codec-call.ts';
import { LEGACY_FUNCTIONS } from './legacy-functions.ts';
import type { Evaluation, QuickjsInstance, ValueRef } from './quickjs-instance.ts';

/**
 * The forms that codecs are published in. TS013 knows the first alone; vendors also ship what their build tools or a
 * network server's own driver interface made of it.
 */
export type CodecForm =
  /** Functions of a sloppy script, or a `driver` object of it that holds them. */
  | 'script'
  /** A sloppy script that hangs them on `exports` or `module.exports`. */
  | 'commonjs'
  /** A strict ECMAScript module that exports them, by name or in its default export. */
  | 'module';

/** `signature` is how the codec itself calls the function. */
export type CodecFunctions = Partial<Record<CodecFunction, { callee: ValueRef; signature: string }>>;
export type FormResult = { ok: true; functions: CodecFunctions } | { ok: false; error: string };

/** What a CommonJS script finds beside the language. There is no `require`: a codec is one file. */
const COMMONJS_GLOBALS = `(function () {
  var module = { exports: {} };
  var define = Object.defineProperty;
  define(globalThis, 'module', { value: module, writable: true, configurable: true, enumerable: false });
  define(globalThis, 'exports', { value: module.exports, writable: true, configurable: true, enumerable: false });
})()`;

/** A form that hangs a function on an object is called on that object, as `driver.decodeUplink(input)` would be. */
const FINDER = `(function (exported, name) {
  function holds(value) { return value !== null && (typeof value === 'object' || typeof value === 'function'); }
  function on(holder) {
    if (!holds(holder)) return undefined;
    if (typeof holder[name] === 'function') return function (input) { return holder[name](input); };
    return typeof holder === 'function' && holder.name === name ? holder : undefined;
  }
  return on(exported) || (holds(exported) ? on(exported.driver) || on(exported.default) : undefined);
})`;

const COMMONJS_EXPORTS = `[typeof module === 'object' && module !== null ? module.exports : undefined,
  typeof exports === 'undefined' ? undefined : exports]`;

/** Names what CommonJS alone has, and does not ask first whether it is there. */
export function needsCommonjs(source: string): boolean {
  return /\bexports\b/.test(source) && !/\btypeof\s*\(?\s*(?:module|exports)\b/.test(source);
}

/** The form to try after `form` failed with `error`, or found no function at all. */
export function nextForm(form: CodecForm, source: string, error: string | undefined): CodecForm | undefined {
  if (form === 'module') return undefined;
  if (error?.startsWith('SyntaxError')) return /\b(?:export|import)\b/.test(source) ? 'module' : undefined;
  if (form === 'commonjs') return undefined;
  const missesGlobals = error === undefined || /^ReferenceError: '?(?:exports|module)\b/.test(error);
  return missesGlobals && /\b(?:exports|module)\b/.test(source) ? 'commonjs' : undefined;
}

/** Evaluates a codec in a fresh context and finds its functions. */
export function evaluateAs(form: CodecForm, source: string, instance: QuickjsInstance): FormResult {
  if (form === 'commonjs') instance.evaluate(COMMONJS_GLOBALS, 'vigie.js');
  const evaluated = instance.evaluate(source, 'codec.js', form === 'module' ? 'module' : 'script');
  if (!evaluated.ok) return evaluated;
  const functions: CodecFunctions = {};
  for (const name of CODEC_FUNCTIONS) {
    const found = find(name, form, evaluated.value, source, instance);
    if (found.ok) functions[name] = { callee: found.value, signature: `${name}(input)` };
    else if (found.error.startsWith('InternalError')) return found;
    else {
      const legacy = findLegacy(name, form, source, instance);
      if (legacy && 'error' in legacy) return { ok: false, error: legacy.error };
      if (legacy) functions[name] = legacy;
    }
  }
  return { ok: true, functions };
}

const MISSING: Evaluation = { ok: false, error: 'missing' };

/** A script's own functions come first, as in any engine of TS013; exports come first where the script needs them. */
function find(
  name: CodecFunction,
  form: CodecForm,
  namespace: ValueRef,
  source: string,
  instance: QuickjsInstance,
): Evaluation {
  const bare = (): Evaluation => evaluateFunction(`typeof ${name} === 'function' ? ${name} : undefined`, instance);
  // each look costs a cold codec some of its start
  const driver = (): Evaluation =>
    !source.includes('driver')
      ? MISSING
      : evaluateFunction(`typeof driver === 'undefined' ? undefined : ${FINDER}(driver, '${name}')`, instance);
  const exported = (): Evaluation =>
    form === 'module'
      ? exportedBy(namespace, name, instance)
      : evaluateFunction(
          `(function (find, from) { return find(from[0], '${name}') || find(from[1], '${name}'); })(${FINDER}, ${COMMONJS_EXPORTS})`,
          instance,
        );
  return firstOf(form === 'script' ? [bare, driver] : [exported, bare, driver]);
}

function findLegacy(name: CodecFunction, form: CodecForm, source: string, instance: QuickjsInstance) {
  if (form === 'module') return undefined;
  for (const { name: old, signature, returns } of LEGACY_FUNCTIONS[name] ?? []) {
    // each look costs a cold codec some of its start
    if (!source.includes(old)) continue;
    const wrapped = `(function (f) {
      return typeof f === 'function' ? function (input) { return ${returns}; } : undefined;
    })(typeof ${old} === 'function' ? ${old} : ${exportedLegacy(form, old)})`;
    const found = evaluateFunction(wrapped, instance);
    if (found.ok) return { callee: found.value, signature };
    if (found.error.startsWith('InternalError')) return found;
  }
  return undefined;
}

function exportedLegacy(form: CodecForm, name: string): string {
  return form === 'commonjs'
    ? `(function (from) { return (from[0] || {}).${name} || (from[1] || {}).${name}; })(${COMMONJS_EXPORTS})`
    : 'undefined';
}

/** The first that is found, or a failure of the engine itself. */
function firstOf(places: readonly (() => Evaluation)[]): Evaluation {
  for (const look of places) {
    const found = look();
    if (found.ok || found.error.startsWith('InternalError')) return found;
  }
  return MISSING;
}

function exportedBy(namespace: ValueRef, name: CodecFunction, instance: QuickjsInstance): Evaluation {
  const finder = instance.evaluate(FINDER, 'vigie.js');
  const text = instance.newString(name);
  if (!finder.ok || text === undefined) return MISSING;
  return onlyFunction(instance.call(finder.value, [namespace, text]), instance);
}

function evaluateFunction(expression: string, instance: QuickjsInstance): Evaluation {
  return onlyFunction(instance.evaluate(expression, 'vigie.js'), instance);
}

function onlyFunction(found: Evaluation, instance: QuickjsInstance): Evaluation {
  return !found.ok || instance.isFunction(found.value) ? found : MISSING;
}
