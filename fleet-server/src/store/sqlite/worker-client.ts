import { Worker } from 'node:worker_threads';
import type { CommitGroup, CommitResult } from '../uplink-log.ts';
import type { WorkerAnswer, WorkerOrder, WorkerSettings } from './worker-protocol.ts';

/** An error of SQLite; `errcode` is its extended result code. */
export class SqliteError extends Error {
  readonly errcode: number;

  constructor(message: string, errcode: number) {
    super(message);
    this.name = 'SqliteError';
    this.errcode = errcode;
  }
}

interface Waiting {
  resolve(answer: WorkerAnswer): void;
  reject(error: Error): void;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The near side of one worker thread. Orders are carried out one after the other, in the order of their calls. */
export class SqliteWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #failure: Error | undefined;

  constructor(settings: WorkerSettings) {
    // Bundled for an installation the thread is a .js file beside the program.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: settings });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#receive(answer));
    this.#worker.on('error', (error: Error & { errcode?: number }) => {
      // A file that cannot be opened ends the thread before it can answer.
      this.#fail(error.errcode === undefined ? error : new SqliteError(error.message, error.errcode));
    });
    this.#worker.on('exit', (code) => this.#fail(new Error(`the database thread ended with code ${code}`)));
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; changes: number }> {
    const answer = await this.#ask({ op: 'query', sql, parameters });
    if (!('rows' in answer)) throw new Error('the database thread answered something else');
    return answer;
  }

  async commit(group: CommitGroup): Promise<CommitResult> {
    const answer = await this.#ask({ op: 'commit', group });
    if (!('committed' in answer)) throw new Error('the database thread answered something else');
    return answer.committed;
  }

  async close(): Promise<void> {
    if (this.#failure) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.#ask({ op: 'close' });
    await ended;
  }

  #ask(order: Unnumbered<WorkerOrder>): Promise<WorkerAnswer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...order, id });
    });
  }

  #receive(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new SqliteError(answer.error.message, answer.error.errcode));
    else waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
