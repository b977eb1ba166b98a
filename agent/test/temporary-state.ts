import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateStore } from '../src/state-store.ts';
import { Storage } from '../src/storage/storage.ts';

/** A real state file in a folder of its own, with a restart that keeps it. */
export class TemporaryState {
  readonly directory = mkdtempSync(join(tmpdir(), 'vigie-state-'));
  #storage: Storage | undefined;

  async open(): Promise<StateStore> {
    await this.#storage?.close();
    this.#storage = new Storage();
    const file = join(this.directory, 'state.key');
    await this.#storage.call('openState', join(this.directory, 'state.sqlite'), { candidates: [file], file });
    return this.#storage.stateStore();
  }

  async close(): Promise<void> {
    await this.#storage?.close();
    rmSync(this.directory, { recursive: true });
  }
}

export const silentLog = { info: () => undefined, warn: () => undefined, bug: () => () => undefined };
