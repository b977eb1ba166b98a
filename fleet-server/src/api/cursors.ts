import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { VigieError } from '@vigie/contract';

/** What is numbered in the whole installation. */
export type Numbered = 'readings' | 'events' | 'poison-records' | 'audit' | 'links';

const TAG_BYTES = 8;
const NUMBER_BYTES = 8;
const CIPHER = 'aes-256-ecb';
const MAX_KEYS = 10_000;

interface Keys {
  cipher: Buffer;
  tag: Buffer;
}

/**
 * Numbers of the installation as one tenant sees them: rows are numbered over all tenants, so that a plain number would tell
 * each how much the others have. One block of AES holds the number and a tag over it, which nobody else's cursor has.
 */
export class Cursors {
  readonly #key: Buffer;
  readonly #keys = new Map<string, Keys>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(of: Numbered, tenant: string, id: number): string {
    const { cipher, tag } = this.#keysOf(of, tenant);
    const number = Buffer.alloc(NUMBER_BYTES);
    number.writeBigUInt64BE(BigInt(id));
    // A single block of a number and its own tag: equal blocks are equal numbers, which is all that ECB would tell.
    const aes = createCipheriv(CIPHER, cipher, null).setAutoPadding(false);
    return Buffer.concat([aes.update(Buffer.concat([number, tagOf(tag, number)])), aes.final()]).toString('base64url');
  }

  /** Throws REQUEST_INVALID for a cursor that was not given to this tenant for this; `0` is the beginning. */
  open(of: Numbered, tenant: string, cursor: string): number {
    if (cursor === '0') return 0;
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length !== NUMBER_BYTES + TAG_BYTES) throw unknownCursor();
    const { cipher, tag } = this.#keysOf(of, tenant);
    const aes = createDecipheriv(CIPHER, cipher, null).setAutoPadding(false);
    const block = Buffer.concat([aes.update(bytes), aes.final()]);
    const number = block.subarray(0, NUMBER_BYTES);
    if (!timingSafeEqual(tagOf(tag, number), block.subarray(NUMBER_BYTES))) throw unknownCursor();
    return Number(number.readBigUInt64BE());
  }

  #keysOf(of: Numbered, tenant: string): Keys {
    const name = `${of} ${tenant}`;
    const known = this.#keys.get(name);
    if (known) return known;
    const derive = (purpose: string) => createHmac('sha256', this.#key).update(`${purpose} ${name}`).digest();
    const keys = { cipher: derive('cipher'), tag: derive('tag') };
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(name, keys);
    return keys;
  }
}

function tagOf(key: Buffer, number: Buffer): Buffer {
  return createHmac('sha256', key).update(number).digest().subarray(0, TAG_BYTES);
}

function unknownCursor(): VigieError {
  return new VigieError('REQUEST_INVALID', 'The cursor was not given by this list');
}
