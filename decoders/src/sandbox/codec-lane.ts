import type { Worker } from 'node:worker_threads';
import type { CodecFunction, CodecInput, CodecOutcome } from './codec-call.ts';
import type { CodecScript } from './codec-engine.ts';
import type { CodecJob, CodecReply } from './codec-worker.ts';

interface PendingCall {
  script: CodecScript;
  call: CodecFunction;
  input: CodecInput;
  cpuMs: number;
  resolve(outcome: CodecOutcome): void;
}

/** Jobs that a worker holds at once, so that it never waits for the next message. */
const WINDOW = 16;
/** A worker that is silent for so long on one job is inside a built-in that cannot be interrupted. */
const SILENCE_FACTOR = 10;
const SILENCE_EXTRA_MS = 2_000;

/**
 * One thread for codecs and the calls that wait for it. The engine ends overtime by itself, counting CPU time; where it
 * cannot (a search in a huge string is one operation) the whole thread is ended and its other calls begin again.
 */
export class CodecLane {
  readonly #start: () => Worker;
  readonly #waiting: PendingCall[] = [];
  readonly #sent = new Map<number, PendingCall>();
  #known = new Set<string>();
  #worker: Worker | undefined;
  #job = 0;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  run(script: CodecScript, call: CodecFunction, input: CodecInput, cpuMs: number): Promise<CodecOutcome> {
    return new Promise((resolve) => {
      this.#waiting.push({ script, call, input, cpuMs, resolve });
      this.#feed();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#watch);
    for (const { resolve } of [...this.#sent.values(), ...this.#waiting]) resolve(ended('the sandbox was closed'));
    this.#sent.clear();
    this.#waiting.length = 0;
    await this.#worker?.terminate();
  }

  #feed(): void {
    while (!this.#closed && this.#sent.size < WINDOW) {
      const next = this.#waiting.shift();
      if (!next) return;
      const job = ++this.#job;
      this.#sent.set(job, next);
      if (this.#sent.size === 1) this.#watchOver(next);
      this.#post(job, next, !this.#known.has(next.script.id));
    }
  }

  #post(job: number, { script, call, input, cpuMs }: PendingCall, withSource: boolean): void {
    this.#known.add(script.id);
    const message: CodecJob = {
      job,
      script: script.id,
      call,
      input,
      cpuMs,
      ...(withSource ? { source: script.source } : {}),
    };
    this.#running().postMessage(message);
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = this.#start();
    worker.unref();
    worker.on('message', (reply: CodecReply) => this.#receive(worker, reply));
    worker.on('error', (error) =>
      this.#replace(worker, 'CODEC_EXCEPTION', `the thread of codecs failed: ${error.message}`),
    );
    worker.on('exit', () => this.#replace(worker, 'CODEC_EXCEPTION', 'the thread of codecs ended'));
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, reply: CodecReply): void {
    const call = this.#sent.get(reply.job);
    if (worker !== this.#worker || !call) return;
    if ('unknownScript' in reply) {
      this.#post(reply.job, call, true);
      return;
    }
    this.#sent.delete(reply.job);
    clearTimeout(this.#watch);
    const [first] = this.#sent.values();
    if (first) this.#watchOver(first);
    call.resolve(reply.outcome);
    this.#feed();
  }

  /** The thread works on the oldest job that it holds. */
  #watchOver({ cpuMs }: PendingCall): void {
    clearTimeout(this.#watch);
    const silenceMs = cpuMs * SILENCE_FACTOR + SILENCE_EXTRA_MS;
    this.#watch = setTimeout(() => {
      if (this.#worker)
        this.#replace(this.#worker, 'CODEC_TIMEOUT', `no answer for ${silenceMs} ms: the thread was ended`);
    }, silenceMs);
  }

  /** Ends the thread; the job that it was at fails, those behind it begin again in a new one. */
  #replace(worker: Worker, code: 'CODEC_TIMEOUT' | 'CODEC_EXCEPTION', message: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#known = new Set();
    clearTimeout(this.#watch);
    void worker.terminate();
    const [culprit, ...others] = this.#sent.values();
    this.#sent.clear();
    this.#waiting.unshift(...others);
    culprit?.resolve({ ok: false, code, message, cpuMs: 0 });
    this.#feed();
  }
}

function ended(message: string): CodecOutcome {
  return { ok: false, code: 'CODEC_TIMEOUT', message, cpuMs: 0 };
}
