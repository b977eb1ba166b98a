import type { Command } from 'commander';
import { type Installation, openInstallation } from '../installation.ts';

export interface CommonOptions {
  data: string;
  database?: string;
  json?: boolean;
}

/** The options that every verb takes, whether they stand before or after it. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'where keys and data lie')
    .option('--database <url>', 'postgres://… instead of SQLite in the data folder')
    .option('--json', 'print one JSON object');
}

export function commonOptions(command: Command): CommonOptions {
  return command.optsWithGlobals<CommonOptions>();
}

/** Opens the installation for one verb and closes it again. */
export async function withInstallation<T>(
  { data, database }: CommonOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation({
    dataFolder: data,
    ...(database === undefined ? {} : { databaseUrl: database }),
  });
  try {
    return await work(installation);
  } finally {
    await installation.database.close();
  }
}
