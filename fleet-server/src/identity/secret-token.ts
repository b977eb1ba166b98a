import { createHash, randomBytes } from 'node:crypto';

/** Letters and digits that nobody confuses when reading them aloud (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Groups of five letters, 25 bits each. */
export function randomCode(groups: number): string {
  const letters = Array.from(randomBytes(groups * 5), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return (letters.match(/.{5}/g) ?? []).join('-');
}

/** 256 bits that are safe in a URL and a header; `prefix` lets secret scanners know it. */
export function randomToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** A token has so much entropy that a plain digest protects it at rest, and can be searched for. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
