import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VigieError } from '@vigie/contract';
import { keyedFrom, withAuditKey } from './audit/audit-key.ts';
import { type Clock, systemClock } from './clock.ts';
import { type CertificateAuthority, loadCertificateAuthority } from './identity/certificate-authority.ts';
import { type MasterKey, makeMasterKey, readMasterKey } from './identity/master-key.ts';
import { writeSecretFile } from './identity/secret-file.ts';
import { createUser, setPassword } from './identity/users.ts';
import { type Database, type DatabaseTarget, openDatabase } from './store/database.ts';
import { hasInstallation } from './store/has-installation.ts';

export interface InstallationOptions {
  /** Holds the master key, and the database where that is SQLite. */
  dataFolder: string;
  /** `postgres://…`; SQLite in the data folder where absent. */
  databaseUrl?: string;
  clock?: Clock;
  /** False: one that is not there is an error, and nothing is made. */
  create?: boolean;
  /** For the first administrator, chosen by whoever installs; one is made up where it is absent. */
  firstPassword?: string;
}

export interface FirstAdministrator {
  name: string;
  password: string;
  /** Where the password lies until it is changed; absent where it was given. */
  file?: string;
}

export interface Installation {
  database: Database;
  master: MasterKey;
  ca: CertificateAuthority;
  clock: Clock;
  /** First row of the audit log that must have a keyed digest. */
  auditKeyedFrom: number;
  /** Present at the very first start only. */
  firstAdministrator?: FirstAdministrator;
  /** The password that was made up at the first start is not valid any more. */
  forgetFirstPassword(): Promise<void>;
}

const FIRST_NAME = 'admin';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Opens the data of a server; the first time it makes the master key, the CA and an administrator. Throws
 * INSTALLATION_MISSING, MASTER_KEY_MISSING, MASTER_KEY_WRONG and DATABASE_UNREACHABLE: none of them is made anew behind
 * somebody's back.
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { dataFolder, databaseUrl, clock = systemClock, create = true } = options;
  const target = databaseUrl === undefined ? { sqlite: join(dataFolder, 'vigie.db') } : { postgres: databaseUrl };
  const auditFile = join(dataFolder, 'audit.from');
  const master = await masterKeyOf(dataFolder, target, { create, begun: existsSync(auditFile) });
  const database = await openDatabase(target);
  try {
    database.db = withAuditKey(database.db, master.derive('audit'));
    await closeToOthers(dataFolder);
    const ca = await loadCertificateAuthority(database.db, master, clock);
    const auditKeyedFrom = await keyedFrom(auditFile, database.db);
    const passwordFile = join(dataFolder, 'first-administrator.txt');
    const firstAdministrator = await ensureAdministrator(database, clock, { passwordFile, ...options });
    return {
      ...{ database, master, ca, clock, auditKeyedFrom },
      ...(firstAdministrator ? { firstAdministrator } : {}),
      forgetFirstPassword: () => rm(passwordFile, { force: true }),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function masterKeyOf(
  dataFolder: string,
  target: DatabaseTarget,
  { create, begun }: { create: boolean; begun: boolean },
): Promise<MasterKey> {
  const path = join(dataFolder, 'master.key');
  const master = await readMasterKey(path);
  const there = await hasInstallation(target);
  if (master && (there || (create && !begun))) return master;
  if (there) throw new VigieError('MASTER_KEY_MISSING', path);
  if (begun || master || !create) throw new VigieError('INSTALLATION_MISSING', dataFolder);
  await mkdir(dataFolder, { recursive: true, mode: FOLDER_MODE });
  return makeMasterKey(path);
}

/** Nobody else on this machine reads what lies here, whatever the folder was made with. */
async function closeToOthers(dataFolder: string): Promise<void> {
  const mend = async (path: string, mode: number) => {
    const now = await stat(path);
    if ((now.mode & 0o777 & ~mode) !== 0 && now.uid === process.getuid?.()) await chmod(path, mode);
  };
  await mend(dataFolder, FOLDER_MODE);
  for (const entry of await readdir(dataFolder, { withFileTypes: true })) {
    if (entry.isFile()) await mend(join(dataFolder, entry.name), FILE_MODE);
  }
}

async function ensureAdministrator(
  { db }: Database,
  clock: Clock,
  { passwordFile, firstPassword }: { passwordFile: string; firstPassword?: string },
): Promise<FirstAdministrator | undefined> {
  const anybody = await db.selectFrom('users').select('id').limit(1).executeTakeFirst();
  if (anybody) return undefined;
  const order = { name: FIRST_NAME, tenant: null, role: 'administrator' as const };
  const actor = { name: 'server' };
  const { user, password } = await createUser({ db, clock }, order, actor);
  if (firstPassword !== undefined) {
    await setPassword({ db, clock }, { tenant: null }, { id: user.id, password: firstPassword }, actor);
    return { name: FIRST_NAME, password: firstPassword };
  }
  await writeSecretFile(passwordFile, `${FIRST_NAME}\n${password}\n`);
  return { name: FIRST_NAME, password, file: passwordFile };
}
