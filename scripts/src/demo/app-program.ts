import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildApp } from '../release/build-app.ts';
import { PROGRAMS, type ShippedProgram, scriptOf } from '../release/programs.ts';
import { Program } from './program.ts';

/** The agent or the server, bundled and started as an installation would. */
export class AppProgram {
  readonly #shipped: ShippedProgram;
  readonly #folder: string;

  constructor(which: keyof typeof PROGRAMS, folder: string) {
    this.#shipped = PROGRAMS[which];
    this.#folder = folder;
  }

  async build(): Promise<void> {
    await buildApp(this.#shipped, this.#folder, process.arch);
  }

  /** `wrapper` is a program that starts this one, with its own options. */
  start(args: readonly string[], logFile: string, wrapper: readonly string[] = []): Program {
    const command = [...wrapper, ...this.#command(args)];
    return new Program(this.#shipped.name, command, logFile, this.#shipped.environment);
  }

  /** Runs one verb to its end and gives what it printed. */
  call(args: readonly string[], input = ''): string {
    const [program = '', ...rest] = this.#command(args);
    return execFileSync(program, rest, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  }

  #command(args: readonly string[]): string[] {
    return [
      process.execPath,
      ...this.#shipped.nodeOptions,
      join(this.#folder, scriptOf(this.#shipped.entries[0])),
      ...args,
    ];
  }
}
