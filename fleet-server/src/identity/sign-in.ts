import { VigieError } from '@vigie/contract';
import { recordAudit } from '../audit/audit-log.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import type { Clock } from '../clock.ts';
import { addressKey } from '../doors/address-key.ts';
import type { Refusals } from '../doors/refusals.ts';
import type { Db } from '../store/database.ts';
import { ROLES } from '../store/schema.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { GuessLimit } from './guess-limit.ts';
import { verifyPassword } from './password.ts';
import type { Principal } from './principal.ts';
import { digestOf, randomToken } from './secret-token.ts';

export const SESSION_LIFE_MS = 12 * 3_600_000;
const WINDOW_MS = 15 * 60_000;
const MAX_CACHED = 1_000;
const CACHE_MS = 5_000;
const QUIET_MS = 15 * 60_000;

/** Wrong passwords: after so many one is given back every minute and a half, or every nine seconds. */
export const SIGN_IN_GUESSES = {
  pair: { max: 10, windowMs: WINDOW_MS },
  address: { max: 100, windowMs: WINDOW_MS },
  device: { max: 10, windowMs: WINDOW_MS },
};

export interface Session {
  token: string;
  csrfToken: string;
  expiresAt: number;
  principal: Principal;
  /** For the browser to keep. */
  device: string;
}

interface Parts {
  db: Db;
  clock: Clock;
  devices: DeviceCookies;
  refusals: Refusals;
  events: SecurityEvents;
}

interface Attempt {
  name: string;
  password: string;
  address: string;
  /** The cookie of a browser that has signed in before. */
  device?: string | undefined;
}

/** Signs people in by password, and programs by token. */
export class SignIn {
  readonly #parts: Parts;
  readonly #guesses: GuessLimit;
  /** Who a secret stood for a moment ago, by the kind of secret: a console asks many things at once. */
  readonly #known = {
    session: new Map<string, { principal: Principal; until: number }>(),
    token: new Map<string, { principal: Principal; until: number }>(),
  };
  readonly #listeners = new Set<() => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#guesses = new GuessLimit(parts.clock, SIGN_IN_GUESSES);
  }

  async signIn(attempt: Attempt): Promise<Session> {
    return this.#open(await this.#verify(attempt));
  }

  /** Whoever is signed in shows that it is really them. */
  async confirm({ name }: Principal, attempt: Omit<Attempt, 'name'>): Promise<void> {
    await this.#verify({ ...attempt, name });
  }

  async #verify({ name, password, address, device }: Attempt): Promise<Principal> {
    const { db, devices } = this.#parts;
    const source = addressKey(address);
    const guess = this.#begin(source, name, devices.read(device, name));
    const user = await db
      .selectFrom('users')
      .selectAll()
      .where('name', '=', name)
      .where('disabledAt', 'is', null)
      .executeTakeFirst();
    if (!(await verifyPassword({ door: 'web', source }, password, user?.passwordHash)) || !user) {
      this.#parts.refusals.note('sign-in', 'password', { address: source });
      throw new VigieError('LOGIN_FAILED');
    }
    guess.succeeded();
    const { id, tenant, role, mustChangePassword } = user;
    return { kind: 'user', id, name, tenant, role, mustChangePassword: mustChangePassword === 1 };
  }

  #begin(address: string, name: string, device: string | undefined) {
    try {
      return this.#guesses.begin({ address, name, device });
    } catch (error) {
      this.#parts.refusals.note('sign-in', 'throttled', { address });
      this.#tellThrottled(address, name);
      throw error;
    }
  }

  /** Where the people see it whose name is tried. */
  #tellThrottled(address: string, name: string): void {
    const { db, events, refusals } = this.#parts;
    const find = db.selectFrom('users').select('tenant').where('name', '=', name).executeTakeFirst();
    find.then(
      (user) => {
        const message = `Too many wrong passwords from ${address}${user ? ` for ${name}` : ''}`;
        const event = { code: 'SIGN_IN_THROTTLED', severity: 'warning', message } as const;
        events.note({ ...event, tenant: user?.tenant ?? null }, QUIET_MS);
      },
      (error: unknown) => refusals.fault('sign-in', error),
    );
  }

  async #open(principal: Principal): Promise<Session> {
    const { db, clock, devices } = this.#parts;
    const now = clock.now();
    const token = randomToken('');
    const csrfToken = randomToken('');
    const expiresAt = now + SESSION_LIFE_MS;
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('userSessions').where('expiresAt', '<', now).execute();
      await trx
        .insertInto('userSessions')
        .values({ tokenHash: digestOf(token), user: principal.id, csrfToken, createdAt: now, expiresAt })
        .execute();
      await recordAudit(trx, {
        ...{ at: now, actor: { name: `user:${principal.name}` }, tenant: principal.tenant },
        ...{ action: 'session.open', target: `user/${principal.name}` },
      });
    });
    const device = devices.issue(principal.name);
    return { token, csrfToken, expiresAt, principal: { ...principal, csrfToken }, device };
  }

  async signOut(token: string): Promise<void> {
    const tokenHash = digestOf(token);
    await this.#parts.db.deleteFrom('userSessions').where('tokenHash', '=', tokenHash).execute();
    this.forget();
  }

  async bySession(token: string): Promise<Principal | undefined> {
    return this.#remembered('session', digestOf(token), (hash) => this.#findSession(hash));
  }

  async byToken(token: string): Promise<Principal | undefined> {
    return this.#remembered('token', digestOf(token), (hash) => this.#findToken(hash));
  }

  /** Rights changed: nothing that was remembered counts any more, and whoever stays for long shows anew who it is. */
  forget(): void {
    this.#known.session.clear();
    this.#known.token.clear();
    for (const listener of this.#listeners) listener();
  }

  onForget(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async #remembered(
    kind: 'session' | 'token',
    hash: string,
    find: (hash: string) => Promise<Principal | undefined>,
  ): Promise<Principal | undefined> {
    const now = this.#parts.clock.now();
    const cache = this.#known[kind];
    const known = cache.get(hash);
    if (known && known.until > now) return known.principal;
    const principal = await find(hash);
    if (cache.size >= MAX_CACHED) cache.clear();
    if (principal) cache.set(hash, { principal, until: now + CACHE_MS });
    else cache.delete(hash);
    return principal;
  }

  async #findSession(hash: string): Promise<Principal | undefined> {
    const row = await this.#parts.db
      .selectFrom('userSessions')
      .innerJoin('users', 'users.id', 'userSessions.user')
      .select(['users.id', 'users.name', 'users.tenant', 'users.role', 'userSessions.csrfToken'])
      .select('users.mustChangePassword')
      .where('userSessions.tokenHash', '=', hash)
      .where('userSessions.expiresAt', '>', this.#parts.clock.now())
      .where('users.disabledAt', 'is', null)
      .executeTakeFirst();
    return row && { kind: 'user', ...row, mustChangePassword: row.mustChangePassword === 1 };
  }

  /** A token can never do more than whoever made it: it ends with them, and falls with their role. */
  async #findToken(hash: string): Promise<Principal | undefined> {
    const row = await this.#parts.db
      .selectFrom('apiTokens')
      .leftJoin('users', 'users.id', 'apiTokens.owner')
      .select(['apiTokens.id', 'apiTokens.name', 'apiTokens.tenant', 'apiTokens.role', 'apiTokens.owner'])
      .select(['users.role as ownerRole', 'users.disabledAt as ownerDisabledAt'])
      .where('tokenHash', '=', hash)
      .where('revokedAt', 'is', null)
      .where('expiresAt', '>', this.#parts.clock.now())
      .executeTakeFirst();
    if (!row) return undefined;
    const { ownerRole, ownerDisabledAt, owner, role, ...token } = row;
    if (owner !== null && (ownerRole === null || ownerDisabledAt !== null)) return undefined;
    const lower = ownerRole !== null && ROLES.indexOf(ownerRole) < ROLES.indexOf(role) ? ownerRole : role;
    return { kind: 'token', ...token, role: lower, owner };
  }
}
