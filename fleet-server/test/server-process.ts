import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Ready {
  http: { host: string; port: number };
  mqtt: { host: string; port: number };
  caFingerprint: string;
  firstAdministrator?: { name: string; password: string };
}

/** The program itself, as its own process: it can be killed. */
export class ServerProcess {
  readonly #dataFolder: string;
  #child: ChildProcess | undefined;
  output = '';

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  async start(ports: { http: number; mqtt: number } = { http: 0, mqtt: 0 }): Promise<Ready> {
    const readyFile = join(this.#dataFolder, 'ready.json');
    await rm(readyFile, { force: true });
    const args = ['run', '--data', this.#dataFolder, '--http-port', `${ports.http}`, '--mqtt-port', `${ports.mqtt}`];
    const child = spawn(process.execPath, [MAIN, ...args, '--ready-file', readyFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child = child;
    return vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`the server ended: ${this.output.slice(-2_000)}`);
        return JSON.parse(await readFile(readyFile, 'utf8')) as Ready;
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  /** Answers the exit code, or null for a process that a signal ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}

/** Runs one verb of the program to its end. */
export async function runVerb(
  args: string[],
  { uid }: { uid?: number } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}
