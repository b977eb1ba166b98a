import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const START_LIMIT_MS = 30_000;

/** A program of ours as a process that can be killed. It is told its order first and reports once when it is ready. */
export class Child<Order, Report> {
  readonly #module: URL;
  #process: ChildProcess | undefined;

  constructor(module: URL) {
    this.#module = module;
  }

  get isAlive(): boolean {
    return this.#process !== undefined;
  }

  async start(order: Order): Promise<Report> {
    const child = fork(this.#module, { serialization: 'json', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#process = child;
    const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    child.send(order as object);
    const report = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    clearTimeout(timer);
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${this.#module.pathname} ended`);
    return report[0] as Report;
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
