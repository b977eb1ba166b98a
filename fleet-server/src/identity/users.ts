import { randomUUID } from 'node:crypto';
import { VigieError } from '@vigie/contract';
import { type Actor, recordAudit, takeTurns } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import { nameUnavailable } from '../registry/names.ts';
import { type Db, isUniqueViolation } from '../store/database.ts';
import type { Role } from '../store/schema.ts';
import { hashPassword } from './password.ts';
import { randomCode } from './secret-token.ts';
import { isWeakPassword } from './weak-password.ts';

export interface User {
  id: string;
  name: string;
  tenant: string | null;
  role: Role;
  createdAt: number;
  disabled: boolean;
}

interface Parts {
  db: Db;
  clock: Clock;
}

/** Whose people one sees: those of a tenant, or everybody. */
export interface UserScope {
  tenant: string | null;
}

const COLUMNS = ['id', 'name', 'tenant', 'role', 'createdAt', 'disabledAt'] as const;
const PASSWORD_GROUPS = 4;

export async function listUsers(db: Db, { tenant }: UserScope): Promise<User[]> {
  let query = db.selectFrom('users').select(COLUMNS).orderBy('name');
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  return (await query.execute()).map(toUser);
}

/** Gives the new user and the password that was made up for it: it is shown once and kept nowhere. */
export async function createUser(
  { db, clock }: Parts,
  { name, tenant, role }: { name: string; tenant: string | null; role: Role },
  actor: Actor,
): Promise<{ user: User; password: string }> {
  const password = randomCode(PASSWORD_GROUPS);
  const row = { id: randomUUID(), name, tenant, role, createdAt: clock.now(), disabledAt: null };
  const passwordHash = await hashPassword(password);
  const mustChangePassword = 1;
  await db
    .transaction()
    .execute(async (trx) => {
      if (tenant !== null) await requireTenant(trx, tenant);
      await trx
        .insertInto('users')
        .values({ ...row, passwordHash, mustChangePassword })
        .execute();
      const details = { role };
      await recordAudit(trx, {
        at: row.createdAt,
        actor,
        tenant,
        action: 'user.create',
        target: `user/${name}`,
        details,
      });
    })
    .catch(async (error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      const other = await db.selectFrom('users').select('tenant').where('name', '=', name).executeTakeFirst();
      throw nameUnavailable(actor, other?.tenant === tenant, `There is a user ${name}`);
    });
  return { user: toUser(row), password };
}

/** Changing the role of somebody, or shutting them out, ends their sessions; who is shut out loses their tokens for good. */
export async function updateUser(
  { db, clock }: Parts,
  scope: UserScope,
  { id, role, disabled }: { id: string; role: Role; disabled: boolean },
  actor: Actor,
): Promise<User> {
  const at = clock.now();
  return db.transaction().execute(async (trx) => {
    // Two who shut each other out at the same moment would otherwise each see the other still there.
    await takeTurns(trx);
    const user = await findUser(trx, scope, id);
    if (user.tenant === null && (disabled || role !== 'administrator')) await requireAnotherAdministrator(trx, id);
    const row = await trx
      .updateTable('users')
      .set({ role, disabledAt: disabled ? at : null })
      .where('id', '=', id)
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    await trx.deleteFrom('userSessions').where('user', '=', id).execute();
    if (disabled) await endTokens(trx, id, at);
    const details = { role, disabled };
    await recordAudit(trx, {
      at,
      actor,
      tenant: user.tenant,
      action: 'user.update',
      target: `user/${user.name}`,
      details,
    });
    return toUser(row);
  });
}

export async function resetPassword({ db, clock }: Parts, scope: UserScope, id: string, actor: Actor): Promise<string> {
  const password = randomCode(PASSWORD_GROUPS);
  await storePassword({ db, clock }, scope, { id, password, mustChangePassword: 1 }, actor);
  return password;
}

/** A password that somebody chose for themselves. Throws PASSWORD_WEAK. */
export async function setPassword(
  { db, clock }: Parts,
  scope: UserScope,
  { id, password }: { id: string; password: string },
  actor: Actor,
): Promise<void> {
  const { name } = await findUser(db, scope, id);
  if (await isWeakPassword(password, name)) throw new VigieError('PASSWORD_WEAK');
  await storePassword({ db, clock }, scope, { id, password, mustChangePassword: 0 }, actor);
}

async function storePassword(
  { db, clock }: Parts,
  scope: UserScope,
  { id, password, mustChangePassword }: { id: string; password: string; mustChangePassword: 0 | 1 },
  actor: Actor,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await db.transaction().execute(async (trx) => {
    const { name, tenant } = await findUser(trx, scope, id);
    await trx.updateTable('users').set({ passwordHash, mustChangePassword }).where('id', '=', id).execute();
    await trx.deleteFrom('userSessions').where('user', '=', id).execute();
    await recordAudit(trx, { at: clock.now(), actor, tenant, action: 'user.password', target: `user/${name}` });
  });
}

export async function findUserByName(db: Db, name: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').select(COLUMNS).where('name', '=', name).executeTakeFirst();
  return row && toUser(row);
}

async function findUser(db: Db, { tenant }: UserScope, id: string): Promise<User> {
  let query = db.selectFrom('users').select(COLUMNS).where('id', '=', id);
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  const row = await query.executeTakeFirst();
  if (!row) throw new VigieError('NOT_FOUND');
  return toUser(row);
}

async function requireTenant(db: Db, id: string): Promise<void> {
  const tenant = await db.selectFrom('tenants').select('id').where('id', '=', id).executeTakeFirst();
  if (!tenant) throw new VigieError('NOT_FOUND', `No tenant ${id}`);
}

/** Those that somebody made, and those that their tokens made. */
async function endTokens(trx: Db, owner: string, at: number): Promise<void> {
  await trx
    .updateTable('apiTokens')
    .set({ revokedAt: at })
    .where('owner', '=', owner)
    .where('revokedAt', 'is', null)
    .execute();
}

/** Nobody locks the last administrator of the installation out. */
async function requireAnotherAdministrator(db: Db, except: string): Promise<void> {
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('tenant', 'is', null)
    .where('role', '=', 'administrator')
    .where('disabledAt', 'is', null)
    .where('id', '!=', except)
    .executeTakeFirst();
  if (!other) throw new VigieError('CONFLICT', 'This is the last administrator of the installation');
}

function toUser({ disabledAt, ...user }: Omit<User, 'disabled'> & { disabledAt: number | null }): User {
  return { ...user, disabled: disabledAt !== null };
}
