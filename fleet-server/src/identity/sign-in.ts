import { VigieError } from '@vigie/contract';
import { recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { AttemptLimit, addressKey } from './attempt-limit.ts';
import { verifyPassword } from './password.ts';
import type { Principal } from './principal.ts';
import { digestOf, randomToken } from './secret-token.ts';

export const SESSION_LIFE_MS = 12 * 3_600_000;
const WINDOW_MS = 15 * 60_000;
const MAX_CACHED = 1_000;
const CACHE_MS = 5_000;

export interface Session {
  token: string;
  csrfToken: string;
  expiresAt: number;
  principal: Principal;
}

/** Signs people in by password, and programs by token. */
export class SignIn {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #perAddressAndName: AttemptLimit;
  readonly #perAddress: AttemptLimit;
  readonly #perName: AttemptLimit;
  /** Who a secret stood for a moment ago: a console asks many things at once. */
  readonly #known = new Map<string, { principal: Principal; until: number }>();

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#perAddressAndName = new AttemptLimit(clock, { max: 10, windowMs: WINDOW_MS });
    this.#perAddress = new AttemptLimit(clock, { max: 50, windowMs: WINDOW_MS });
    this.#perName = new AttemptLimit(clock, { max: 100, windowMs: WINDOW_MS });
  }

  async signIn(name: string, password: string, remoteAddress: string): Promise<Session> {
    return this.#open(await this.#verify(name, password, remoteAddress));
  }

  /** Whoever is signed in shows that it is really them. */
  async confirm({ name }: Principal, password: string, remoteAddress: string): Promise<void> {
    await this.#verify(name, password, remoteAddress);
  }

  async #verify(name: string, password: string, remoteAddress: string): Promise<Principal> {
    const address = addressKey(remoteAddress);
    const limits = [
      { limit: this.#perAddressAndName, key: `${address} ${name}` },
      { limit: this.#perAddress, key: address },
      { limit: this.#perName, key: name },
    ];
    if (limits.some(({ limit, key }) => limit.locked(key))) throw new VigieError('RATE_LIMITED');
    const user = await this.#db
      .selectFrom('users')
      .selectAll()
      .where('name', '=', name)
      .where('disabledAt', 'is', null)
      .executeTakeFirst();
    if (!(await verifyPassword(password, user?.passwordHash)) || !user) {
      for (const { limit, key } of limits) limit.fail(key);
      throw new VigieError('LOGIN_FAILED');
    }
    this.#perAddressAndName.succeed(`${address} ${name}`);
    const { id, tenant, role } = user;
    return { kind: 'user', id, name, tenant, role };
  }

  async #open(principal: Principal): Promise<Session> {
    const now = this.#clock.now();
    const token = randomToken('');
    const csrfToken = randomToken('');
    const expiresAt = now + SESSION_LIFE_MS;
    await this.#db.transaction().execute(async (trx) => {
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
    return { token, csrfToken, expiresAt, principal: { ...principal, csrfToken } };
  }

  async signOut(token: string): Promise<void> {
    const tokenHash = digestOf(token);
    this.#known.delete(tokenHash);
    await this.#db.deleteFrom('userSessions').where('tokenHash', '=', tokenHash).execute();
  }

  async bySession(token: string): Promise<Principal | undefined> {
    return this.#remembered(digestOf(token), (hash) => this.#findSession(hash));
  }

  async byToken(token: string): Promise<Principal | undefined> {
    return this.#remembered(digestOf(token), (hash) => this.#findToken(hash));
  }

  /** Rights changed: nothing that was remembered counts any more. */
  forget(): void {
    this.#known.clear();
  }

  async #remembered(
    hash: string,
    find: (hash: string) => Promise<Principal | undefined>,
  ): Promise<Principal | undefined> {
    const now = this.#clock.now();
    const known = this.#known.get(hash);
    if (known && known.until > now) return known.principal;
    const principal = await find(hash);
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    if (principal) this.#known.set(hash, { principal, until: now + CACHE_MS });
    else this.#known.delete(hash);
    return principal;
  }

  async #findSession(hash: string): Promise<Principal | undefined> {
    const row = await this.#db
      .selectFrom('userSessions')
      .innerJoin('users', 'users.id', 'userSessions.user')
      .select(['users.id', 'users.name', 'users.tenant', 'users.role', 'userSessions.csrfToken'])
      .where('userSessions.tokenHash', '=', hash)
      .where('userSessions.expiresAt', '>', this.#clock.now())
      .where('users.disabledAt', 'is', null)
      .executeTakeFirst();
    return row && { kind: 'user', ...row };
  }

  async #findToken(hash: string): Promise<Principal | undefined> {
    const now = this.#clock.now();
    const row = await this.#db
      .selectFrom('apiTokens')
      .select(['id', 'name', 'tenant', 'role'])
      .where('tokenHash', '=', hash)
      .where('revokedAt', 'is', null)
      .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
      .executeTakeFirst();
    return row && { kind: 'token', ...row };
  }
}
