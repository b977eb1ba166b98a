import { statSync } from 'node:fs';
import { Client } from 'pg';
import { type DatabaseTarget, databaseError } from './database.ts';

/** Whether somebody keeps an installation in this database; nothing is made by looking. Throws DATABASE_UNREACHABLE. */
export async function hasInstallation(target: DatabaseTarget): Promise<boolean> {
  if ('sqlite' in target) return (statSync(target.sqlite, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const client = new Client({ connectionString: target.postgres });
  // A connection that breaks later is told by the query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ there: boolean }>(`select to_regclass('installation') is not null as there`);
    if (rows[0]?.there !== true) return false;
    const stored = await client.query(`select 1 from installation where name = 'ca-key'`);
    return stored.rows.length > 0;
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
