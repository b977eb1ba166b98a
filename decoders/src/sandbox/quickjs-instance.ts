import loadEmscriptenModule from '@jitl/quickjs-wasmfile-release-sync/emscripten-module';

const PAGE_BYTES = 65_536;
/** What the module asks for at least: 16 MiB, of which its stack and static data take the first 5.1. */
const INITIAL_PAGES = 256;
/**
 * Stack that QuickJS lets a script use: about as many calls within each other as Node allows. It lies in the 5 MiB that
 * the build sets aside; where the thread's own stack ends before, the instance ends.
 */
const STACK_BYTES = 2 * 1_024 * 1_024;
const SCAN_BYTES = 65_536;
const GAP_BLOCK_BYTES = 4_096;
const STACK_MARGIN_BYTES = 32_768;
const ZEROS = new Uint8Array(SCAN_BYTES);
const MAX_ERROR_BYTES = 65_536;
const EVALUATION_FLAGS = { script: 0, module: 1 } as const;
const NO_MODULE_DETECTION = 0;
const ALL_INTRINSICS = 0;

/** What the WebAssembly build of QuickJS exports, of which all arguments and results are addresses or numbers. */
interface QuickjsModule {
  callbacks: Record<string, (...args: number[]) => unknown>;
  _malloc(bytes: number): number;
  _QTS_NewRuntime(): number;
  _QTS_RuntimeSetMaxStackSize(runtime: number, bytes: number): void;
  _QTS_RuntimeEnableInterruptHandler(runtime: number): void;
  _QTS_NewContext(runtime: number, intrinsics: number): number;
  _QTS_GetUndefined(): number;
  _QTS_Eval(
    context: number,
    code: number,
    length: number,
    fileName: number,
    detectModule: number,
    flags: number,
  ): number;
  _QTS_Call(context: number, callee: number, self: number, argc: number, argv: number): number;
  _QTS_NewString(context: number, text: number): number;
  _QTS_GetString(context: number, value: number): number;
  _QTS_Typeof(context: number, value: number): number;
  _QTS_ResolveException(context: number, value: number): number;
}

interface ModuleOptions {
  wasmMemory: WebAssembly.Memory;
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): unknown;
  print(): void;
  printErr(): void;
}

/** The package's types describe its CommonJS form; what Node imports is this function. */
const loadModule = loadEmscriptenModule as unknown as (options: ModuleOptions) => Promise<QuickjsModule>;

/** A value inside the instance: an address, and so valid again whenever the memory it was made in is restored. */
export type ValueRef = number;

/** All that an instance's memory holds, apart from its stack: static data and heap. */
export type MemoryImage = readonly { from: number; bytes: Uint8Array }[];

export type Evaluation = { ok: true; value: ValueRef } | { ok: false; error: string };
const OUT_OF_MEMORY: Evaluation = { ok: false, error: 'InternalError: out of memory' };

/**
 * One QuickJS with one context in one WebAssembly memory, which is bounded by its maximum (QuickJS itself cannot count
 * its allocations in WebAssembly). Since every byte of the engine's state lies in that memory, copying it back is a
 * fresh context: nothing that a script did survives.
 */
export class QuickjsInstance {
  readonly #memory: WebAssembly.Memory;
  readonly #quickjs: QuickjsModule;
  readonly #context: number;
  readonly #undefined: ValueRef;
  readonly #stack: Gap;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #clock: ReadCount;

  private constructor(memory: WebAssembly.Memory, quickjs: QuickjsModule, clock: ReadCount, interrupt: () => boolean) {
    this.#memory = memory;
    this.#clock = clock;
    this.#quickjs = quickjs;
    this.#stack = largestGap(new Uint8Array(memory.buffer));
    quickjs.callbacks = {
      shouldInterrupt: () => (interrupt() ? 1 : 0),
      callFunction: refuse,
      loadModuleSource: refuse,
      normalizeModule: refuse,
      freeHostRef: () => undefined,
    };
    const runtime = quickjs._QTS_NewRuntime();
    this.#quickjs._QTS_RuntimeSetMaxStackSize(runtime, STACK_BYTES);
    this.#quickjs._QTS_RuntimeEnableInterruptHandler(runtime);
    this.#context = this.#quickjs._QTS_NewContext(runtime, ALL_INTRINSICS);
    this.#undefined = this.#quickjs._QTS_GetUndefined();
  }

  /** `interrupt` is asked every few thousand operations and ends the script by answering true. */
  static async create(wasm: WebAssembly.Module, heapBytes: number, interrupt: () => boolean): Promise<QuickjsInstance> {
    const stackAndDataBytes = 5.25 * 1_024 * 1_024;
    const maximum = Math.max(INITIAL_PAGES, Math.ceil((stackAndDataBytes + heapBytes) / PAGE_BYTES));
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
    const clock: ReadCount = { reads: 0 };
    const quickjs = await loadModule({
      wasmMemory: memory,
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(wasm, withOwnClock(imports, memory, clock));
        done(instance);
        return instance.exports;
      },
      print: () => undefined,
      printErr: () => undefined,
    });
    return new QuickjsInstance(memory, quickjs, clock, interrupt);
  }

  /** How often scripts have looked at the clock. */
  get clockReads(): number {
    return this.#clock.reads;
  }

  /** Evaluates a sloppy script, whose value it gives, or a module, of which it gives the namespace. */
  evaluate(source: string, fileName: string, kind: keyof typeof EVALUATION_FLAGS = 'script'): Evaluation {
    const { address, length } = this.#write(source);
    const name = this.#write(fileName).address;
    if (address === 0 || name === 0) return OUT_OF_MEMORY;
    const flags = EVALUATION_FLAGS[kind];
    const result = this.#quickjs._QTS_Eval(this.#context, address, length, name, NO_MODULE_DETECTION, flags);
    return this.#settled(result);
  }

  call(callee: ValueRef, args: readonly ValueRef[]): Evaluation {
    const argv = this.#quickjs._malloc(4 * Math.max(1, args.length));
    if (argv === 0) return OUT_OF_MEMORY;
    new Uint32Array(this.#memory.buffer, argv, args.length).set(args);
    const result = this.#quickjs._QTS_Call(this.#context, callee, this.#undefined, args.length, argv);
    return this.#settled(result);
  }

  newString(text: string): ValueRef | undefined {
    const { address } = this.#write(text);
    return address === 0 ? undefined : this.#quickjs._QTS_NewString(this.#context, address);
  }

  isFunction(value: ValueRef): boolean {
    return this.#textAt(this.#quickjs._QTS_Typeof(this.#context, value), 32) === 'function';
  }

  /** A string value, or `undefined` when it is longer than `maxBytes` in UTF-8. */
  textOf(value: ValueRef, maxBytes: number): string | undefined {
    return this.#textAt(this.#quickjs._QTS_GetString(this.#context, value), maxBytes);
  }

  image(): MemoryImage {
    const bytes = new Uint8Array(this.#memory.buffer);
    const { from, to } = this.#stack;
    return [
      { from: 0, bytes: bytes.slice(0, from) },
      { from: to, bytes: bytes.slice(to, lastUsedByte(bytes) + 1) },
    ];
  }

  restore(image: MemoryImage): void {
    const memory = new Uint8Array(this.#memory.buffer);
    for (const { from, bytes } of image) memory.set(bytes, from);
  }

  /** Restores and wipes what lies behind, so that the next image holds nothing of what ran before. */
  restoreClean(image: MemoryImage): void {
    const memory = new Uint8Array(this.#memory.buffer);
    const end = Math.max(...image.map(({ from, bytes }) => from + bytes.length));
    memory.fill(0, end, Math.max(end, lastUsedByte(memory) + 1));
    this.restore(image);
  }

  #settled(result: ValueRef): Evaluation {
    const error = this.#quickjs._QTS_ResolveException(this.#context, result);
    return error ? { ok: false, error: this.#describe(error) } : { ok: true, value: result };
  }

  /** In a memory that is full there is no room for an error: QuickJS throws null then, or the text cannot be made. */
  #describe(error: ValueRef): string {
    const address = this.#quickjs._QTS_GetString(this.#context, error);
    const text = address === 0 ? undefined : (this.#textAt(address, MAX_ERROR_BYTES) ?? 'a very long exception');
    const full = text === undefined || (text === 'null' && this.#quickjs._malloc(PAGE_BYTES) === 0);
    return full ? 'InternalError: out of memory' : text;
  }

  #textAt(address: number, maxBytes: number): string | undefined {
    if (address === 0) return undefined;
    const bytes = new Uint8Array(this.#memory.buffer);
    const end = bytes.indexOf(0, address);
    if (end < 0 || end - address > maxBytes) return undefined;
    return this.#decoder.decode(bytes.subarray(address, end));
  }

  /** Puts a text into the heap, ended by a zero byte; nobody frees it, since the memory is restored afterwards. */
  #write(text: string): { address: number; length: number } {
    const capacity = text.length * 3 + 1;
    const address = this.#quickjs._malloc(capacity);
    if (address === 0) return { address: 0, length: 0 };
    const target = new Uint8Array(this.#memory.buffer, address, capacity);
    const { written } = this.#encoder.encodeInto(text, target);
    target[written] = 0;
    return { address, length: written };
  }
}

function refuse(): never {
  throw new Error('codecs have no host functions');
}

interface ReadCount {
  reads: number;
}

/**
 * The build's functions of time (their names are the build's own): local time is UTC, since a codec must give the same
 * on every gateway, and each look at the clock is counted.
 */
function withOwnClock(imports: WebAssembly.Imports, memory: WebAssembly.Memory, clock: ReadCount): WebAssembly.Imports {
  const now = (): number => {
    clock.reads++;
    return Date.now();
  };
  const time = { m: (seconds: bigint, tm: number) => writeUtc(seconds, tm, memory), n: () => undefined, p: now };
  return { ...imports, a: { ...imports.a, ...time } };
}

/** `struct tm` of C in UTC: nine int32 and the offset. */
function writeUtc(seconds: bigint, address: number, memory: WebAssembly.Memory): void {
  const at = new Date(Number(seconds) * 1_000);
  const year = at.getUTCFullYear();
  const dayOfYear = Math.floor((Date.UTC(year, at.getUTCMonth(), at.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  new Int32Array(memory.buffer, address, 10).set([
    at.getUTCSeconds(),
    at.getUTCMinutes(),
    at.getUTCHours(),
    at.getUTCDate(),
    at.getUTCMonth(),
    year - 1900,
    at.getUTCDay(),
    dayOfYear,
    0,
    0,
  ]);
}

interface Gap {
  from: number;
  to: number;
}

/**
 * The stack, as it is right after the start: zeros between static data and heap, 5 MiB long. What lies near its lower
 * end may be static data that is still zero, so a margin is left there.
 */
function largestGap(bytes: Uint8Array): Gap {
  let gap: Gap = { from: 0, to: 0 };
  let from = 0;
  const end = lastUsedByte(bytes);
  for (let offset = 0; offset <= end; offset += GAP_BLOCK_BYTES) {
    if (Buffer.compare(bytes.subarray(offset, offset + GAP_BLOCK_BYTES), ZEROS.subarray(0, GAP_BLOCK_BYTES)) === 0)
      continue;
    if (offset - from > gap.to - gap.from) gap = { from, to: offset };
    from = offset + GAP_BLOCK_BYTES;
  }
  if (gap.to - gap.from <= STACK_MARGIN_BYTES)
    throw new Error('this build of QuickJS lays out its memory in another way');
  return { from: gap.from + STACK_MARGIN_BYTES, to: gap.to };
}

function lastUsedByte(bytes: Uint8Array): number {
  for (let offset = bytes.length - SCAN_BYTES; offset >= 0; offset -= SCAN_BYTES) {
    if (isUsed(bytes, offset))
      return offset + bytes.subarray(offset, offset + SCAN_BYTES).findLastIndex((byte) => byte !== 0);
  }
  return -1;
}

function isUsed(bytes: Uint8Array, offset: number): boolean {
  return Buffer.compare(bytes.subarray(offset, offset + SCAN_BYTES), ZEROS) !== 0;
}
