import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { Observation } from './verdict.ts';

export interface EmittedReading extends Observation {
  protocol: 'lorawan' | 'modbus';
}

const CHUNK_BYTES = 256 * 1024;

/** Follows the truth that the simulated city writes, line by line; a line that is half written waits. */
export class TruthTail {
  readonly #file: string;
  readonly #emitted: EmittedReading[] = [];
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  read(): readonly EmittedReading[] {
    if (!existsSync(this.#file)) return this.#emitted;
    const descriptor = openSync(this.#file, 'r');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, this.#offset);
      if (bytes === 0) break;
      this.#offset += bytes;
      // latin1 keeps bytes apart, so that a character cut in two is whole again when its line is.
      const lines = (this.#rest + chunk.toString('latin1', 0, bytes)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines)
        this.#emitted.push(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as EmittedReading);
    }
    closeSync(descriptor);
    return this.#emitted;
  }
}
