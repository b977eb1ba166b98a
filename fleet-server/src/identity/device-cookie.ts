import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What a browser keeps after somebody has signed in from it: that it knows this name. It opens nothing; it only sets this
 * browser's attempts apart from those of strangers behind the same address.
 */
export class DeviceCookies {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  issue(name: string): string {
    const id = randomBytes(12).toString('base64url');
    return `${id}.${this.#sign(id, name)}`;
  }

  /** Its number where the cookie is ours and of this name. */
  read(cookie: string | undefined, name: string): string | undefined {
    const [id = '', signature = ''] = cookie?.split('.') ?? [];
    const expected = Buffer.from(this.#sign(id, name));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined;
  }

  #sign(id: string, name: string): string {
    return createHmac('sha256', this.#key).update(`${id} ${name}`).digest('base64url');
  }
}
