import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StateKeyPlace } from './storage/state-seal.ts';

/** Where the agent keeps everything: one folder that nobody else may read. */
export interface DataDirectory {
  outbox: string;
  state: string;
  stateKey: StateKeyPlace;
}

export function openDataDirectory(path: string, environment = process.env): DataDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return { outbox: join(path, 'outbox'), state: join(path, 'state.sqlite'), stateKey: keyPlace(path, environment) };
}

/** Name of the credential, and where systemd lays it out for the service's user while the service runs. */
const CREDENTIAL = 'vigie-agent.state-key';
const SERVICE = { data: '/var/lib/vigie-agent', credential: `/run/credentials/vigie-agent.service/${CREDENTIAL}` };

/**
 * The service has the key from systemd; commands beside it (`enrol`, `doctor`) read what systemd gave the service. Where
 * there is no such credential the key is a file of its own.
 */
function keyPlace(path: string, { CREDENTIALS_DIRECTORY }: NodeJS.ProcessEnv): StateKeyPlace {
  const file = join(path, 'state.key');
  const candidates = [
    ...(CREDENTIALS_DIRECTORY === undefined ? [] : [join(CREDENTIALS_DIRECTORY, CREDENTIAL)]),
    ...(resolve(path) === SERVICE.data ? [SERVICE.credential] : []),
    file,
  ];
  return { candidates, file };
}

/** What a running agent tells `doctor`: where to ask. */
export interface RunningAgent {
  pid: number;
  healthPort: number;
  /** For what not everybody on the machine may do. */
  token: string;
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
