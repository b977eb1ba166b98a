import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { TenantScope } from '../registry/scope.ts';
import { conflictWhenThere } from '../registry/tenants.ts';
import type { Db } from '../store/database.ts';
import { AttemptLimit, addressKey } from './attempt-limit.ts';
import { hashPassword, verifyPassword } from './password.ts';
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
    .catch(conflictWhenThere);
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

/** Checks the passwords of platforms that connect to the broker. */
export class PlatformSignIn {
  readonly #db: Db;
  readonly #wrong: AttemptLimit;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#wrong = new AttemptLimit(clock, { max: 20, windowMs: 5 * 60_000 });
  }

  async check(
    name: string,
    password: string,
    remoteAddress: string,
  ): Promise<{ account: string; tenant: string } | undefined> {
    const key = `${addressKey(remoteAddress)} ${name}`;
    if (this.#wrong.locked(key)) return undefined;
    const account = await this.#db
      .selectFrom('platformAccounts')
      .select(['name', 'tenant', 'passwordHash'])
      .where('name', '=', name)
      .where('disabledAt', 'is', null)
      .executeTakeFirst();
    if ((await verifyPassword(password, account?.passwordHash)) && account) {
      this.#wrong.succeed(key);
      return { account: account.name, tenant: account.tenant };
    }
    this.#wrong.fail(key);
    return undefined;
  }
}
