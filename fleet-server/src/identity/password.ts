import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { VigieError } from '@vigie/contract';

/** Cost as OWASP asks of scrypt: about 50 ms and 32 MiB a try. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_024 * 1_024 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_AT_ONCE = 2;
/** Beyond this a flood of tries is turned away instead of making everybody wait. */
const MAX_WAITING = 100;

let running = 0;
const waiting: (() => void)[] = [];

/** Few at once: each takes memory and one of the few threads that Node has for such work. */
async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (waiting.length >= MAX_WAITING) throw new VigieError('RATE_LIMITED');
  if (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, COST, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** `scrypt$salt$hash`, base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return `scrypt$${salt.toString('base64')}$${(await derive(password, salt)).toString('base64')}`;
}

/** Takes the same time for an account that does not exist (`hash` undefined), so that timing tells nothing. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, salt = '', expected = ''] = (hash ?? '').split('$');
  const actual = await derive(password, salt === '' ? Buffer.alloc(SALT_BYTES) : Buffer.from(salt, 'base64'));
  const wanted = expected === '' ? Buffer.alloc(HASH_BYTES) : Buffer.from(expected, 'base64');
  return wanted.length === HASH_BYTES && timingSafeEqual(actual, wanted) && hash !== undefined;
}
