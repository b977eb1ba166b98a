import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 256 * 1024;

/** Follows a file that grows, line by line; a line that is half written waits. */
export class LineTail {
  readonly #file: string;
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** The lines that are new since the last call. */
  read(): string[] {
    if (!existsSync(this.#file)) return [];
    const descriptor = openSync(this.#file, 'r');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const whole: string[] = [];
    for (;;) {
      const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, this.#offset);
      if (bytes === 0) break;
      this.#offset += bytes;
      // latin1 keeps bytes apart, so that a character cut in two is whole again when its line is.
      const lines = (this.#rest + chunk.toString('latin1', 0, bytes)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) whole.push(Buffer.from(line, 'latin1').toString('utf8'));
    }
    closeSync(descriptor);
    return whole;
  }
}
