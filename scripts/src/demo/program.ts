import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';

/** A program of ours as a process of its own, with its output in a file. */
export class Program {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #exitCode: number | undefined;

  constructor(name: string, command: readonly string[], logFile: string, env: NodeJS.ProcessEnv = {}) {
    this.name = name;
    const [program = '', ...args] = command;
    // A process group of its own: Ctrl-C reaches us alone, and we end the others in order.
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    const log = createWriteStream(logFile, { flags: 'a' });
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve(127));
      this.#child.once('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)));
    }).then((code) => {
      this.#exitCode = code as number;
      log.end();
      return code as number;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Resident memory in bytes, from /proc. */
  rssBytes(): number {
    const status = `/proc/${this.pid}/status`;
    const match = existsSync(status) ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
    return match ? Number(match[1]) * 1024 : 0;
  }

  /** To the whole process group: a wrapper such as faketime has the program as its child. */
  signal(signal: NodeJS.Signals): void {
    if (this.#exitCode !== undefined || this.pid === 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It ended in this moment.
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM', limitMs = 15_000): Promise<number> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), limitMs);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }
}

/** Waits until `probe` gives something, looking often; throws with `what` when the time is over or a program died. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs, everyMs = 100, alive = [] }: { limitMs: number; everyMs?: number; alive?: readonly Program[] },
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    const dead = alive.find(({ exitCode }) => exitCode !== undefined);
    if (dead) throw new Error(`${dead.name} ended with ${dead.exitCode} while waiting for ${what}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${Math.round(limitMs / 1_000)} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
