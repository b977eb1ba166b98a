import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Installation, type InstallationOptions, openInstallation } from '../installation.ts';

export interface CommonOptions {
  data: string;
  database?: string;
  databaseFile?: string;
  json?: boolean;
}

/** The options that every verb takes, whether they stand before or after it. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'where keys and data lie')
    .option('--database <url>', 'postgres://… instead of SQLite in the data folder')
    .option('--database-file <file>', 'a file that holds that address, with its password; - for standard input')
    .option('--json', 'print one JSON object');
}

/** The one for which verbs and programs look where systemd passes secrets (systemd.exec, LoadCredential=). */
const DATABASE_CREDENTIAL = 'database-url';

/** Where the database is: what others can read in the list of processes is the last choice. */
export function databaseUrlOf({ database, databaseFile }: CommonOptions): { databaseUrl?: string } {
  if (databaseFile !== undefined) return { databaseUrl: readSecret(databaseFile) };
  if (database !== undefined) {
    if (process.argv.some((argument) => argument.includes(database)) && hasPassword(database)) {
      process.stderr.write('The password of the database can be read in the list of processes: use --database-file.\n');
    }
    return { databaseUrl: database };
  }
  const { CREDENTIALS_DIRECTORY: credentials } = process.env;
  const file = credentials === undefined ? undefined : join(credentials, DATABASE_CREDENTIAL);
  return file !== undefined && existsSync(file) ? { databaseUrl: readSecret(file) } : {};
}

/** One line of a file, or of standard input. */
export function readSecret(file: string): string {
  return readFileSync(file === '-' ? 0 : file, 'utf8').trim();
}

function hasPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== '';
}

export function commonOptions(command: Command): CommonOptions {
  return command.optsWithGlobals<CommonOptions>();
}

/** Opens the installation for one verb and closes it again. Only `run` and `init` make one. */
export async function withInstallation<T>(
  options: CommonOptions,
  work: (installation: Installation) => Promise<T>,
  making: Pick<InstallationOptions, 'create' | 'firstPassword'> = { create: false },
): Promise<T> {
  const installation = await openInstallation({
    ...{ dataFolder: options.data, ...databaseUrlOf(options) },
    ...making,
  });
  try {
    return await work(installation);
  } finally {
    await installation.database.close();
  }
}
