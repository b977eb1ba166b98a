import type { CodecFunction, CodecInput, CodecLimits, CodecOutcome, CodecOutput } from './codec-call.ts';
import {
  explained,
  type Failure,
  failureOf,
  hostErrorCode,
  isNestedTooDeep,
  MAX_RESULT_DEPTH,
  shortened,
} from './codec-failure.ts';
import {
  type CodecForm,
  type CodecFunctions,
  evaluateAs,
  type FormResult,
  needsCommonjs,
  nextForm,
} from './codec-forms.ts';
import { preludesFor } from './context-preludes.ts';
import { PRELUDE } from './prelude.ts';
import { type MemoryImage, QuickjsInstance, type ValueRef } from './quickjs-instance.ts';

export interface CodecScript {
  /** Names the source: the same id always means the same source. */
  id: string;
  source: string;
}

interface WarmCodec {
  image: MemoryImage;
  functions: CodecFunctions;
}

type Succeeded = { ok: true; output: CodecOutput; signature: string };
type Loaded = { ok: true; codec: WarmCodec } | Failure;

/** As the prelude says that a function returned `undefined`. */
const NOTHING = '?the codec returned nothing';
/** Memory of a warm codec beside its image. */
const BOOKKEEPING_BYTES = 512;

/**
 * Runs codecs one at a time, synchronously, in one QuickJS. A warm codec is the image of the memory right after its
 * script was evaluated; every call begins by copying that image back. So a codec finds a fresh context each time,
 * whatever it or another one left behind, for the price of a copy.
 */
export class CodecEngine {
  readonly #wasm: WebAssembly.Module;
  readonly #limits: CodecLimits;
  readonly #cpuMicroseconds: () => number;
  readonly #random: () => number;
  readonly #warm = new Map<string, WarmCodec>();
  readonly #prepared = new Map<string, MemoryImage>();
  #warmBytes = 0;
  #instance: QuickjsInstance;
  #base: MemoryImage;
  #driver: ValueRef;
  #deadline = 0;

  private constructor(
    wasm: WebAssembly.Module,
    limits: CodecLimits,
    cpuMicroseconds: () => number,
    random: () => number,
    started: Started,
  ) {
    this.#wasm = wasm;
    this.#limits = limits;
    this.#cpuMicroseconds = cpuMicroseconds;
    this.#random = random;
    this.#instance = started.instance;
    this.#base = started.base;
    this.#driver = started.driver;
  }

  /** `cpuMicroseconds` is the CPU time that this thread has used; `random`, from 0 to 1, seeds what codecs get. */
  static async create(
    wasm: WebAssembly.Module,
    limits: CodecLimits,
    cpuMicroseconds: () => number,
    random: () => number = Math.random,
  ): Promise<CodecEngine> {
    const holder: { engine?: CodecEngine } = {};
    const started = await start(wasm, limits, () => holder.engine?.overtime() ?? false);
    holder.engine = new CodecEngine(wasm, limits, cpuMicroseconds, random, started);
    return holder.engine;
  }

  /** Images of warm codecs: how many and how large. */
  get warm(): { codecs: number; bytes: number } {
    return { codecs: this.#warm.size, bytes: this.#warmBytes };
  }

  overtime(): boolean {
    return this.#cpuMicroseconds() > this.#deadline;
  }

  forget(id: string): void {
    const codec = this.#warm.get(id);
    if (!codec) return;
    this.#warm.delete(id);
    this.#warmBytes -= sizeOf(codec);
  }

  /**
   * Calls a function of a codec. After a host exception (the instance's own stack overflowed) the instance is no longer
   * to be trusted and a new one takes its place before the promise resolves; otherwise nothing is awaited.
   */
  run(
    script: CodecScript,
    name: CodecFunction,
    input: CodecInput,
    cpuMs = this.#limits.cpuMs,
  ): CodecOutcome | Promise<CodecOutcome> {
    const begun = this.#cpuMicroseconds();
    this.#allow(cpuMs);
    const timed = (outcome: Succeeded | Failure): CodecOutcome => ({
      ...outcome,
      cpuMs: (this.#cpuMicroseconds() - begun) / 1_000,
    });
    try {
      return timed(this.#run(script, name, input, cpuMs));
    } catch (error) {
      const failure = timed({
        ok: false,
        code: hostErrorCode(error),
        message: shortened(`the engine gave up: ${String(error)}`),
      });
      return this.#renew().then(() => failure);
    }
  }

  #allow(cpuMs: number): void {
    this.#deadline = this.#cpuMicroseconds() + cpuMs * 1_000;
  }

  #run(script: CodecScript, name: CodecFunction, input: CodecInput, cpuMs: number): Succeeded | Failure {
    const cold = !this.#warm.has(script.id);
    const loaded = this.#load(script);
    if (!loaded.ok) return loaded;
    // a large script on a slow machine must not leave too little for its own call
    if (cold) this.#allow(cpuMs);
    const found = loaded.codec.functions[name];
    if (found === undefined)
      return { ok: false, code: 'CODEC_FUNCTION_MISSING', message: missing(name, loaded.codec.functions) };
    this.#instance.restore(loaded.codec.image);
    const json = this.#instance.newString(JSON.stringify(input));
    const seed = this.#instance.newString(String(Math.floor(this.#random() * 2 ** 31)));
    if (json === undefined || seed === undefined)
      return { ok: false, code: 'CODEC_MEMORY', message: 'the input does not fit into the memory' };
    const called = this.#instance.call(this.#driver, [found.callee, json, seed]);
    if (!called.ok) return failureOf(called.error, 'CODEC_EXCEPTION');
    const result = this.#resultOf(called.value, name);
    if (result.ok) return { ...result, signature: found.signature };
    return { ...result, message: explained(result.message, script.source) };
  }

  #resultOf(value: ValueRef, name: CodecFunction): { ok: true; output: CodecOutput } | Failure {
    const text = this.#instance.textOf(value, this.#limits.resultBytes);
    if (text === undefined) {
      return {
        ok: false,
        code: 'CODEC_RESULT',
        message: `the result is larger than ${this.#limits.resultBytes} bytes`,
      };
    }
    const rest = text.slice(1);
    if (text.startsWith('!')) return failureOf(rest, 'CODEC_EXCEPTION');
    // What a decoder says of a frame that it does not know.
    if (text === NOTHING && name !== 'encodeDownlink') return { ok: true, output: {} };
    if (text.startsWith('?')) return failureOf(rest, 'CODEC_RESULT');
    if (isNestedTooDeep(rest))
      return { ok: false, code: 'CODEC_RESULT', message: `the result is nested deeper than ${MAX_RESULT_DEPTH}` };
    const output: unknown = JSON.parse(rest);
    if (output === null || typeof output !== 'object' || Array.isArray(output)) {
      return { ok: false, code: 'CODEC_RESULT', message: 'the result is not an object' };
    }
    return { ok: true, output: output as CodecOutput };
  }

  #load({ id, source }: CodecScript): Loaded {
    const known = this.#warm.get(id);
    if (known) {
      // the map's order is the order of use
      this.#warm.delete(id);
      this.#warm.set(id, known);
      return { ok: true, codec: known };
    }
    if (source.length > this.#limits.sourceBytes) {
      return {
        ok: false,
        code: 'CODEC_MEMORY',
        message: `the source is larger than ${this.#limits.sourceBytes} bytes`,
      };
    }
    const clockReads = this.#instance.clockReads;
    const evaluated = this.#evaluate(source);
    if (!evaluated.ok)
      return failureOf(
        explained(evaluated.error, source),
        evaluated.error.startsWith('SyntaxError') ? 'CODEC_SYNTAX' : 'CODEC_EXCEPTION',
      );
    const codec: WarmCodec = { image: this.#instance.image(), functions: evaluated.functions };
    // a script that looked at the clock while it was loaded would find the same hour for ever
    if (this.#instance.clockReads === clockReads) this.#keep(id, codec);
    return { ok: true, codec };
  }

  /** Evaluates a codec in the form that it has, each attempt in a fresh context. */
  #evaluate(source: string): FormResult {
    let form: CodecForm | undefined = needsCommonjs(source) ? 'commonjs' : 'script';
    let result: FormResult | undefined;
    while (form) {
      this.#restoreBase(source);
      const attempt = evaluateAs(form, source, this.#instance);
      // a script that only names the words of another form keeps its own failure
      if (!result || attempt.ok || !attempt.error.startsWith('SyntaxError')) result = attempt;
      const none = attempt.ok && Object.keys(attempt.functions).length === 0;
      form = attempt.ok && !none ? undefined : nextForm(form, source, attempt.ok ? undefined : attempt.error);
    }
    if (!result) throw new Error('no form of codec was tried');
    return result;
  }

  /** A fresh context with the preludes that the codec needs, whose images are made once. */
  #restoreBase(source: string): void {
    const { key, sources } = preludesFor(source);
    const known = sources.length === 0 ? this.#base : this.#prepared.get(key);
    this.#instance.restoreClean(known ?? this.#base);
    if (known) return;
    const begun = this.#cpuMicroseconds();
    const deadline = this.#deadline;
    this.#deadline = Number.POSITIVE_INFINITY;
    for (const prelude of sources) {
      const evaluated = this.#instance.evaluate(prelude, 'vigie.js');
      if (!evaluated.ok) throw new Error(`a prelude of codecs failed: ${evaluated.error}`);
    }
    this.#prepared.set(key, this.#instance.image());
    this.#deadline = deadline + this.#cpuMicroseconds() - begun;
  }

  #keep(id: string, codec: WarmCodec): void {
    this.#warm.set(id, codec);
    this.#warmBytes += sizeOf(codec);
    for (const oldest of this.#warm.keys()) {
      if (this.#warmBytes <= this.#limits.warmBytes || oldest === id) break;
      this.forget(oldest);
    }
  }

  /** Images hold for every instance of the same module: addresses do not depend on it. */
  async #renew(): Promise<void> {
    const started = await start(this.#wasm, this.#limits, () => this.overtime());
    this.#instance = started.instance;
    this.#base = started.base;
    this.#driver = started.driver;
  }
}

/** Whoever brings a codec learns what it has instead. */
function missing(name: CodecFunction, functions: CodecFunctions): string {
  const there = Object.values(functions).map(({ signature }) => signature);
  return `the codec has no function ${name}${there.length === 0 ? '' : `, but ${there.join(', ')}`}`;
}

interface Started {
  instance: QuickjsInstance;
  base: MemoryImage;
  driver: ValueRef;
}

async function start(wasm: WebAssembly.Module, limits: CodecLimits, interrupt: () => boolean): Promise<Started> {
  let running = false;
  const instance = await QuickjsInstance.create(wasm, limits.memoryBytes, () => running && interrupt());
  const prelude = instance.evaluate(PRELUDE, 'vigie.js');
  if (!prelude.ok) throw new Error(`the prelude of codecs failed: ${prelude.error}`);
  running = true;
  return { instance, base: instance.image(), driver: prelude.value };
}

function sizeOf({ image }: WarmCodec): number {
  return image.reduce((sum, { bytes }) => sum + bytes.length, BOOKKEEPING_BYTES);
}
