import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { type CertificateAuthority, loadCertificateAuthority } from './identity/certificate-authority.ts';
import { loadMasterKey, type MasterKey } from './identity/master-key.ts';
import { createUser } from './identity/users.ts';
import { type Database, openDatabase } from './store/database.ts';

export interface InstallationOptions {
  /** Holds the master key, and the database where that is SQLite. */
  dataFolder: string;
  /** `postgres://…`; SQLite in the data folder where absent. */
  databaseUrl?: string;
  clock?: Clock;
}

export interface FirstAdministrator {
  name: string;
  password: string;
}

export interface Installation {
  database: Database;
  master: MasterKey;
  ca: CertificateAuthority;
  clock: Clock;
  /** Present at the very first start only: shown once, kept nowhere. */
  firstAdministrator?: FirstAdministrator;
}

const FIRST_NAME = 'admin';

/** Opens the data of a server; the first time it makes the master key, the CA and an administrator. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { dataFolder, databaseUrl, clock = systemClock } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const master = await loadMasterKey(join(dataFolder, 'master.key'));
  const target = databaseUrl === undefined ? { sqlite: join(dataFolder, 'vigie.db') } : { postgres: databaseUrl };
  const database = await openDatabase(target);
  try {
    const ca = await loadCertificateAuthority(database.db, master, clock);
    const firstAdministrator = await ensureAdministrator(database, clock);
    return { database, master, ca, clock, ...(firstAdministrator ? { firstAdministrator } : {}) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function ensureAdministrator({ db }: Database, clock: Clock): Promise<FirstAdministrator | undefined> {
  const anybody = await db.selectFrom('users').select('id').limit(1).executeTakeFirst();
  if (anybody) return undefined;
  const order = { name: FIRST_NAME, tenant: null, role: 'administrator' as const };
  const { password } = await createUser({ db, clock }, order, { name: 'server' });
  return { name: FIRST_NAME, password };
}
