import type { Worker } from 'node:worker_threads';
import type { CodecErrorCode, CodecFunction, CodecInput, CodecOutcome } from './codec-call.ts';
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
/** How long a job may take before the thread's own CPU time is looked at, and how often it is from then on. */
const FIRST_LOOK_MS = 1_000;
const LOOK_AGAIN_MS = 250;
/** A thread that has worked so much more than a job is allowed is inside a built-in that cannot be interrupted. */
const OVERTIME_EXTRA_MS = 1_000;
/** A thread that does not even tell its CPU time for so long is lost. */
const UNREACHABLE_MS = 60_000;

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
  #ready = false;
  #job = 0;
  #watch: NodeJS.Timeout | undefined;
  #looking: object | undefined;
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
    this.#stopWatching();
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
    worker.on('messageerror', () =>
      this.#replace(worker, 'CODEC_RESULT', 'the result could not be taken out of its thread'),
    );
    worker.on('error', (error) =>
      this.#replace(worker, 'CODEC_EXCEPTION', `the thread of codecs failed: ${error.message}`),
    );
    worker.on('exit', () => this.#replace(worker, 'CODEC_EXCEPTION', 'the thread of codecs ended'));
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, reply: CodecReply): void {
    if (worker !== this.#worker) return;
    if ('ready' in reply) {
      this.#ready = true;
      const [oldest] = this.#sent.values();
      if (oldest) this.#watchOver(oldest);
      return;
    }
    const call = this.#sent.get(reply.job);
    if (!call) return;
    if ('unknownScript' in reply) {
      this.#post(reply.job, call, true);
      return;
    }
    this.#sent.delete(reply.job);
    this.#stopWatching();
    const [first] = this.#sent.values();
    if (first) this.#watchOver(first);
    call.resolve(reply.outcome);
    this.#feed();
  }

  /** The thread works on the oldest job that it holds. Its start is nobody's time, nor is what a loaded machine waits. */
  #watchOver({ cpuMs }: PendingCall): void {
    this.#stopWatching();
    const worker = this.#worker;
    if (!worker || !this.#ready) return;
    const allowedMs = 2 * cpuMs + OVERTIME_EXTRA_MS;
    this.#watch = setTimeout(() => this.#look(worker, allowedMs, undefined), FIRST_LOOK_MS);
  }

  /** Ends the thread once it has worked `allowedMs` since the first look at it; `sinceMs` is its CPU time at that look. */
  #look(worker: Worker, allowedMs: number, sinceMs: number | undefined): void {
    const look = {};
    this.#looking = look;
    this.#watch = setTimeout(() => this.#endOf(worker, `it did not answer for ${UNREACHABLE_MS} ms`), UNREACHABLE_MS);
    worker.cpuUsage().then(
      ({ user, system }) => {
        if (this.#looking !== look) return;
        const usedMs = (user + system) / 1_000;
        clearTimeout(this.#watch);
        if (sinceMs !== undefined && usedMs - sinceMs > allowedMs)
          this.#endOf(worker, `one job took more than ${allowedMs} ms of CPU time`);
        else this.#watch = setTimeout(() => this.#look(worker, allowedMs, sinceMs ?? usedMs), LOOK_AGAIN_MS);
      },
      () => undefined, // the thread has ended, which is told by its own event
    );
  }

  #endOf(worker: Worker, reason: string): void {
    this.#replace(worker, 'CODEC_TIMEOUT', `the thread was ended: ${reason}`);
  }

  /** No look that is under way counts any more. */
  #stopWatching(): void {
    clearTimeout(this.#watch);
    this.#looking = undefined;
  }

  /** Ends the thread; the job that it was at fails, those behind it begin again in a new one. */
  #replace(worker: Worker, code: CodecErrorCode, message: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#ready = false;
    this.#known = new Set();
    this.#stopWatching();
    // It has ended either way.
    worker.terminate().catch(() => undefined);
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
