import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { VigieError } from '@vigie/contract';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

/** Where the key of the state file lies, apart from that file. */
export interface StateKeyPlace {
  /** The first of these that is there: a credential that systemd hands over, or the file. */
  candidates: readonly string[];
  /** Made where none of them is there and nothing was sealed yet. */
  file: string;
}

/**
 * Seals documents of the state file (AES-256-GCM, NIST SP 800-38D): format (1 byte), nonce (12), tag (16), text. Collection
 * and key are authenticated with it: a document that was moved to another place does not open.
 */
export class StateSeal {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(text: string, collection: string, key: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(placeOf(collection, key));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws VigieError STATE_KEY_WRONG */
  open(sealed: Uint8Array, collection: string, key: string): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const tagAt = 1 + NONCE_BYTES;
    const textAt = tagAt + TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(1, tagAt))
        .setAAD(placeOf(collection, key))
        .setAuthTag(bytes.subarray(tagAt, textAt));
      return decipher.update(bytes.subarray(textAt), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new VigieError('STATE_KEY_WRONG', `${collection} ${key}`, { cause });
    }
  }
}

function placeOf(collection: string, key: string): Buffer {
  return Buffer.from(`${collection}\0${key}`);
}

/** @throws VigieError STATE_KEY_MISSING where something is sealed already, STATE_KEY_WRONG for what is no key */
export function loadStateKey({ candidates, file }: StateKeyPlace, isSealed: boolean): Buffer {
  for (const path of candidates) {
    const text = readIfThere(path);
    if (text === undefined) continue;
    const key = Buffer.from(text.trim(), 'hex');
    if (key.length !== KEY_BYTES)
      throw new VigieError('STATE_KEY_WRONG', `${path} holds no 256-bit key in hexadecimal`);
    return key;
  }
  if (isSealed) throw new VigieError('STATE_KEY_MISSING', candidates.join(', '));
  makeKey(file);
  return loadStateKey({ candidates: [file], file }, true);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // systemd hides the folder of credentials from a service that has none.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
}

/**
 * On the disk, whole and readable by its owner only, before anything is sealed with it. Of two processes that do this at
 * once the first wins.
 */
function makeKey(path: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
