import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the agent keeps everything: one folder that nobody else may read. */
export interface DataDirectory {
  outbox: string;
  state: string;
}

export function openDataDirectory(path: string): DataDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return { outbox: join(path, 'outbox'), state: join(path, 'state.sqlite') };
}

/** What a running agent tells `doctor`: where to ask. */
export interface RunningAgent {
  pid: number;
  healthPort: number;
}

const RUNNING = 'running.json';

export function noteRunning(path: string, running: RunningAgent): void {
  const temporary = join(path, `${RUNNING}.new`);
  writeFileSync(temporary, JSON.stringify(running), { mode: 0o600 });
  renameSync(temporary, join(path, RUNNING));
}

export function forgetRunning(path: string): void {
  rmSync(join(path, RUNNING), { force: true });
}

export function readRunning(path: string): RunningAgent | undefined {
  try {
    return JSON.parse(readFileSync(join(path, RUNNING), 'utf8')) as RunningAgent;
  } catch {
    return undefined;
  }
}
