import { Worker } from 'node:worker_threads';
import { VigieError } from '@vigie/contract';
import type { StateChange, StateStore } from '../state-store.ts';
import type { OperationName, Operations, Request, Response, StorageFailure } from './operations.ts';

type Arguments<N extends OperationName> = Parameters<Operations[N]>;
type Answer<N extends OperationName> = ReturnType<Operations[N]>;

/** What SQLite refused, with the reason that decides what to do next. */
export class StorageError extends Error {
  readonly failure: StorageFailure;

  constructor(message: string, failure: StorageFailure) {
    super(message);
    this.failure = failure;
  }
}

/** The main thread's end of the storage thread: every operation of `Operations` as a promise. */
export class Storage {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #failure: Error | undefined;

  constructor() {
    // Bundled for a gateway the thread is a .js file beside the program.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./storage-thread.${extension}`, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 3 },
    });
    this.#worker.on('message', (response: Response) => this.#settle(response));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the storage thread has ended')));
  }

  call<N extends OperationName>(name: N, ...args: Arguments<N>): Promise<Answer<N>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise<Answer<N>>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, name, args } satisfies Request);
    });
  }

  /** Collections of the state file, once `openState` was called. */
  stateStore(): StateStore {
    return {
      all: async <T>(collection: string) => new Map((await this.call('stateAll', collection)) as [string, T][]),
      write: (changes: readonly StateChange[]) => this.call('stateWrite', changes),
    };
  }

  async close(): Promise<void> {
    if (this.#failure) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.call('close');
    await ended;
  }

  #settle(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (response.ok) waiting?.resolve(response.value);
    else waiting?.reject(errorOf(response));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, failure }: Extract<Response, { ok: false }>): Error {
  if (code === undefined) return new StorageError(message, failure);
  const error = new VigieError(code);
  error.message = message;
  return error;
}
