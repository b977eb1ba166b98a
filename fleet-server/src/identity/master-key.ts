import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { VigieError } from '@vigie/contract';
import { writeSecretFile } from './secret-file.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what must not lie open in the database (AES-256-GCM, NIST SP 800-38D). */
export class MasterKey {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new Error(`a master key has ${KEY_BYTES} bytes`);
    this.#key = key;
  }

  /** A key of its own for one purpose (HKDF, RFC 5869). */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, Buffer.alloc(0), `vigie ${purpose}`, KEY_BYTES));
  }

  /** `place` says where the text belongs: sealed text that was moved elsewhere does not open. */
  seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  open(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}

/** The key in this file, or undefined where there is none. It lies apart from the database, so that a copy of that says nothing. */
export async function readMasterKey(path: string): Promise<MasterKey | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/.test(text.trim())) throw new VigieError('MASTER_KEY_WRONG', `${path} holds no key`);
  return new MasterKey(Buffer.from(text.trim(), 'hex'));
}

export async function makeMasterKey(path: string): Promise<MasterKey> {
  const key = randomBytes(KEY_BYTES);
  await writeSecretFile(path, `${key.toString('hex')}\n`);
  return new MasterKey(key);
}
