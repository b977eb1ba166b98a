import { scrypt } from 'node:crypto';
import { VigieError } from '@vigie/contract';

/** Cost as OWASP asks of scrypt: about 50 ms and 32 MiB a try. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_024 * 1_024 };
const HASH_BYTES = 32;
/** Beyond this a flood of tries is turned away instead of making everybody wait. */
const MAX_WAITING = 200;
const MAX_WAITING_PER_SOURCE = 20;

/**
 * The arithmetic of passwords, one at a time: each takes memory and one of the few threads that Node has for such work. Who
 * waits does so behind those of the same source; sources take turns.
 */
export class PasswordWork {
  readonly #waiting = new Map<string, (() => void)[]>();
  #size = 0;
  #running = false;

  /** Throws RATE_LIMITED where too many wait. */
  async derive(source: string, password: string, salt: Buffer): Promise<Buffer> {
    await this.#enter(source);
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, HASH_BYTES, COST, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      });
    } finally {
      this.#leave();
    }
  }

  async #enter(source: string): Promise<void> {
    if (!this.#running) {
      this.#running = true;
      return;
    }
    const line = this.#waiting.get(source) ?? [];
    if (this.#size >= MAX_WAITING || line.length >= MAX_WAITING_PER_SOURCE) throw new VigieError('RATE_LIMITED');
    this.#size += 1;
    this.#waiting.set(source, line);
    await new Promise<void>((resolve) => line.push(resolve));
  }

  #leave(): void {
    const [source, line] = this.#waiting.entries().next().value ?? [];
    const next = line?.shift();
    if (source === undefined || !line || !next) {
      this.#running = false;
      return;
    }
    this.#size -= 1;
    this.#waiting.delete(source);
    if (line.length > 0) this.#waiting.set(source, line);
    next();
  }
}
