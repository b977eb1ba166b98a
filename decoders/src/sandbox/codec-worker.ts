import { parentPort, workerData } from 'node:worker_threads';
import type { CodecFunction, CodecInput, CodecLimits, CodecOutcome } from './codec-call.ts';
import { CodecEngine } from './codec-engine.ts';

/** What the worker is started with. */
export interface CodecWorkerData {
  wasm: WebAssembly.Module;
  limits: CodecLimits;
}

/** A call; the source comes along when the worker may not have it. */
export interface CodecJob {
  job: number;
  script: string;
  source?: string;
  call: CodecFunction;
  input: CodecInput;
  cpuMs: number;
}

/** `ready` comes first and once; `unknownScript` asks for the same job with its source. */
export type CodecReply =
  | { ready: true }
  | { job: number; outcome: CodecOutcome }
  | { job: number; unknownScript: true };

/** Entry point of the thread that codecs run in: jobs come in by messages and are done one after the other. */
async function main(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this file is the entry of a worker thread');
  const { wasm, limits } = workerData as CodecWorkerData;
  const engine = await CodecEngine.create(wasm, limits, threadCpuMicroseconds);
  const sources = new SourceStore(limits.warmBytes);
  const reply = async ({ job, script, source, call, input, cpuMs }: CodecJob): Promise<CodecReply> => {
    if (source !== undefined) sources.set(script, source);
    const known = sources.get(script);
    if (known === undefined) return { job, unknownScript: true };
    return { job, outcome: await engine.run({ id: script, source: known }, call, input, cpuMs) };
  };
  // What the engine cannot catch ends the thread: its lane tells the caller and starts another.
  port.on('message', (job: CodecJob) => {
    reply(job)
      .then((answer) => port.postMessage(answer))
      .catch(endThread);
  });
  port.postMessage({ ready: true } satisfies CodecReply);
}

function endThread(cause: unknown): void {
  process.nextTick(() => {
    throw cause;
  });
}

function threadCpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Sources by script, bounded; the oldest goes first and is asked for again. */
class SourceStore {
  readonly #sources = new Map<string, string>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(id: string): string | undefined {
    return this.#sources.get(id);
  }

  set(id: string, source: string): void {
    if (this.#sources.has(id)) return;
    this.#sources.set(id, source);
    this.#bytes += source.length;
    for (const [oldest, text] of this.#sources) {
      if (this.#bytes <= this.#maxBytes || oldest === id) break;
      this.#sources.delete(oldest);
      this.#bytes -= text.length;
    }
  }
}

await main();
