import { createHmac, randomBytes } from 'node:crypto';
import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import type { Clock } from '../clock.ts';
import { addressKey } from '../doors/address-key.ts';
import type { Refusals } from '../doors/refusals.ts';
import { nameUnavailable } from '../registry/names.ts';
import type { TenantScope } from '../registry/scope.ts';
import { type Db, isUniqueViolation } from '../store/database.ts';
import { type Guess, GuessLimit } from './guess-limit.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Principal } from './principal.ts';
import { randomCode } from './secret-token.ts';

export interface PlatformAccount {
  name: string;
  tenant: string;
  createdAt: number;
  createdBy: string;
}

interface Parts {
  db: Db;
  clock: Clock;
}

const PASSWORD_GROUPS = 6;
const COLUMNS = ['name', 'tenant', 'createdAt', 'createdBy'] as const;

export async function listPlatformAccounts(db: Db, { tenant }: TenantScope): Promise<PlatformAccount[]> {
  return db
    .selectFrom('platformAccounts')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .where('disabledAt', 'is', null)
    .orderBy('name')
    .execute();
}

/** An account by which a platform subscribes to its tenant's readings. The password is shown once. */
export async function createPlatformAccount(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  name: string,
  actor: Actor,
): Promise<{ account: PlatformAccount; password: string }> {
  const password = randomCode(PASSWORD_GROUPS);
  const passwordHash = await hashPassword(password);
  const account = { name, tenant, createdAt: clock.now(), createdBy: actor.name };
  await db
    .transaction()
    .execute(async (trx) => {
      await trx
        .insertInto('platformAccounts')
        .values({ ...account, passwordHash, disabledAt: null })
        .execute();
      await recordAudit(trx, {
        at: account.createdAt,
        actor,
        tenant,
        action: 'platform.create',
        target: `platform/${name}`,
      });
    })
    .catch(async (error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      const columns = db.selectFrom('platformAccounts').select('tenant');
      const other = await columns.where('name', '=', name).executeTakeFirst();
      throw nameUnavailable(actor, other?.tenant === tenant);
    });
  return { account, password };
}

/** Its sessions and positions go with it; the caller cuts its connections. */
export async function deletePlatformAccount(
  { db, clock }: Parts,
  { tenant }: TenantScope,
  name: string,
  actor: Actor,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('platformAccounts')
      .where('tenant', '=', tenant)
      .where('name', '=', name)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw new VigieError('NOT_FOUND');
    await trx.deleteFrom('mqttSessions').where('account', '=', name).execute();
    await recordAudit(trx, { at: clock.now(), actor, tenant, action: 'platform.delete', target: `platform/${name}` });
  });
}

/** Wrong passwords of platforms: then one is given back every quarter of a minute, or every three seconds. */
const GUESSES = { pair: { max: 20, windowMs: 5 * 60_000 }, address: { max: 100, windowMs: 5 * 60_000 } };
const QUIET_MS = 15 * 60_000;

const MAX_CACHED = 1_000;
const CACHE_MS = 60_000;

interface PlatformIdentity {
  account: string;
  tenant: string;
}

interface Attempt {
  name: string;
  password: string;
  address: string;
  door: 'mqtt' | 'web';
}

/** Checks the passwords of platforms, at the broker and at the API alike. */
export class PlatformSignIn {
  readonly #clock: Clock;
  readonly #cacheKey = randomBytes(32);
  readonly #known = new Map<string, { principal: Principal; until: number }>();
  readonly #db: Db;
  readonly #guesses: GuessLimit;
  readonly #refusals: Refusals;
  readonly #events: SecurityEvents;

  constructor({ db, clock, refusals, events }: Parts & { refusals: Refusals; events: SecurityEvents }) {
    this.#db = db;
    this.#clock = clock;
    this.#guesses = new GuessLimit(clock, GUESSES);
    this.#refusals = refusals;
    this.#events = events;
  }

  /** Undefined for wrong ones, and where too many were tried. */
  async check(name: string, password: string, remoteAddress: string): Promise<PlatformIdentity | undefined> {
    const found = await this.#verify({ name, password, address: remoteAddress, door: 'mqtt' });
    return found === 'throttled' ? undefined : found;
  }

  /** For requests, which carry the password each time: who was right a moment ago need not be verified anew. Throws RATE_LIMITED. */
  async byCredentials(name: string, password: string, remoteAddress: string): Promise<Principal | undefined> {
    const now = this.#clock.now();
    const key = createHmac('sha256', this.#cacheKey)
      .update(JSON.stringify([name, password]))
      .digest('base64');
    const known = this.#known.get(key);
    if (known && known.until > now) return known.principal;
    this.#known.delete(key);
    const found = await this.#verify({ name, password, address: remoteAddress, door: 'web' });
    if (found === 'throttled') throw new VigieError('RATE_LIMITED');
    if (!found) return undefined;
    const principal = { kind: 'platform', id: found.account, name: found.account, tenant: found.tenant } as const;
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    this.#known.set(key, { principal: { ...principal, role: 'viewer' }, until: now + CACHE_MS });
    return { ...principal, role: 'viewer' };
  }

  /** An account is gone: nothing that was remembered counts any more. */
  forget(): void {
    this.#known.clear();
  }

  async #verify({ name, password, address, door }: Attempt): Promise<PlatformIdentity | 'throttled' | undefined> {
    const source = addressKey(address);
    const account = await this.#db
      .selectFrom('platformAccounts')
      .select(['name', 'tenant', 'passwordHash'])
      .where('name', '=', name)
      .where('disabledAt', 'is', null)
      .executeTakeFirst();
    const guess = this.#begin({ name, address: source, door }, account?.tenant ?? null);
    if (!guess) return 'throttled';
    if (!(await verifyPassword({ door, source }, password, account?.passwordHash)) || !account) return undefined;
    guess.succeeded();
    return { account: account.name, tenant: account.tenant };
  }

  #begin({ name, address, door }: Omit<Attempt, 'password'>, tenant: string | null): Guess | undefined {
    try {
      return this.#guesses.begin({ address, name });
    } catch {
      this.#refusals.note(door === 'mqtt' ? 'mqtt' : 'https', 'throttled', { address });
      const message = `Too many wrong passwords from ${address}${tenant === null ? '' : ` for the platform ${name}`}`;
      this.#events.note({ code: 'SIGN_IN_THROTTLED', severity: 'warning', message, tenant }, QUIET_MS);
      return undefined;
    }
  }
}
