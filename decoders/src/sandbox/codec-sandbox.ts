import type { Worker } from 'node:worker_threads';
import {
  type CodecFunction,
  type CodecInput,
  type CodecLimits,
  type CodecOutcome,
  DEFAULT_CODEC_LIMITS,
} from './codec-call.ts';
import type { CodecScript } from './codec-engine.ts';
import { CodecLane } from './codec-lane.ts';
import type { CodecWorkerData } from './codec-worker.ts';

export interface CodecSandboxOptions {
  /** The compiled QuickJS: `new WebAssembly.Module(bytes of CODEC_WASM_URL)`. */
  wasm: WebAssembly.Module;
  /** Starts a thread whose entry is codec-worker.ts: `new Worker(CODEC_WORKER_URL, options)`. */
  startWorker(options: CodecThreadOptions): Worker;
  limits?: Partial<CodecLimits>;
  /** CPU time after which a call moves to the slow lane. */
  quickCpuMs?: number;
  /** Calls that may wait; a call beyond is refused at once. */
  maxPending?: number;
}

/** What a thread of codecs is started with. */
export interface CodecThreadOptions {
  workerData: CodecWorkerData;
  resourceLimits: { stackSizeMb: number };
}

/**
 * QuickJS recurses on the thread's own stack too, at most this much for the stack that it lets a script use. Memory is
 * taken only as far as it is used.
 */
const THREAD_STACK_MB = 32;
const QUICK_CPU_MS = 100;
const MAX_PENDING = 10_000;
/** Scripts whose slowness is remembered. */
const MAX_SUSPECTS = 1_000;

/**
 * Runs vendor codecs in threads of their own. A codec that overruns the quick lane's short budget is run again in the
 * slow lane with the full one, and stays there as long as it is slow: what hangs never delays the others more than once.
 */
export class CodecSandbox {
  readonly #limits: CodecLimits;
  readonly #quickCpuMs: number;
  readonly #maxPending: number;
  readonly #quick: CodecLane;
  readonly #slow: CodecLane;
  readonly #suspects = new Set<string>();
  #pending = 0;

  constructor({ wasm, startWorker, limits, quickCpuMs = QUICK_CPU_MS, maxPending = MAX_PENDING }: CodecSandboxOptions) {
    this.#limits = { ...DEFAULT_CODEC_LIMITS, ...limits };
    this.#quickCpuMs = Math.min(quickCpuMs, this.#limits.cpuMs);
    this.#maxPending = maxPending;
    const options = { workerData: { wasm, limits: this.#limits }, resourceLimits: { stackSizeMb: THREAD_STACK_MB } };
    const start = (): Worker => startWorker(options);
    this.#quick = new CodecLane(start);
    this.#slow = new CodecLane(start);
  }

  /** Never rejects: whatever a codec does is an outcome. */
  async run(script: CodecScript, call: CodecFunction, input: CodecInput): Promise<CodecOutcome> {
    if (this.#pending >= this.#maxPending) {
      return { ok: false, code: 'CODEC_TIMEOUT', message: `${this.#pending} calls are waiting already`, cpuMs: 0 };
    }
    this.#pending++;
    try {
      return await this.#run(script, call, input);
    } finally {
      this.#pending--;
    }
  }

  /** Scripts that run in the slow lane now. */
  get suspects(): ReadonlySet<string> {
    return this.#suspects;
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#slow.close()]);
  }

  async #run(script: CodecScript, call: CodecFunction, input: CodecInput): Promise<CodecOutcome> {
    if (!this.#suspects.has(script.id)) {
      const outcome = await this.#quick.run(script, call, input, this.#quickCpuMs);
      if (outcome.ok || outcome.code !== 'CODEC_TIMEOUT') return outcome;
      this.#suspect(script.id);
    }
    const outcome = await this.#slow.run(script, call, input, this.#limits.cpuMs);
    if (outcome.ok && outcome.cpuMs < this.#quickCpuMs / 2) this.#suspects.delete(script.id);
    return outcome;
  }

  #suspect(id: string): void {
    this.#suspects.add(id);
    const [oldest] = this.#suspects;
    if (this.#suspects.size > MAX_SUSPECTS && oldest !== undefined) this.#suspects.delete(oldest);
  }
}
