import { randomBytes, timingSafeEqual } from 'node:crypto';
import { PasswordWork } from './password-work.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What is not tried by anybody from outside: passwords that are made up or set. */
const OWN = 'own';

/** Who tries passwords at the broker never waits for those who sign in to the console, nor the other way round. */
const DOORS = { web: new PasswordWork(), mqtt: new PasswordWork() } as const;

/** `scrypt$salt$hash`, base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await DOORS.web.derive(OWN, password, salt);
  return `scrypt$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/**
 * Takes the same time for an account that does not exist (`hash` undefined), so that timing tells nothing. `source` is the
 * address that asks.
 */
export async function verifyPassword(
  { door, source }: { door: keyof typeof DOORS; source: string },
  password: string,
  hash: string | undefined,
): Promise<boolean> {
  const [, salt = '', expected = ''] = (hash ?? '').split('$');
  const bytes = salt === '' ? Buffer.alloc(SALT_BYTES) : Buffer.from(salt, 'base64');
  const actual = await DOORS[door].derive(source, password, bytes);
  const wanted = expected === '' ? Buffer.alloc(HASH_BYTES) : Buffer.from(expected, 'base64');
  return wanted.length === HASH_BYTES && timingSafeEqual(actual, wanted) && hash !== undefined;
}
