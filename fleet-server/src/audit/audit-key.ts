import { readFile } from 'node:fs/promises';
import type { Kysely, KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { writeSecretFile } from '../identity/secret-file.ts';
import type { Db } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

/** Travels with the database and every transaction of it; it changes no query. */
class AuditKey implements KyselyPlugin {
  readonly key: Buffer;

  constructor(key: Buffer) {
    this.key = key;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

/** The database, whose audit rows are digested with this key from now on. */
export function withAuditKey(db: Db, key: Buffer): Db {
  return db.withPlugin(new AuditKey(key));
}

export function auditKeyOf(db: Kysely<Schema>): Buffer | undefined {
  return db.getExecutor().plugins.find((plugin) => plugin instanceof AuditKey)?.key;
}

/**
 * The first row that has a keyed digest. It is kept beside the master key and not in the database, so that who rewrites that
 * cannot say that all of it is from before there was a key.
 */
export async function keyedFrom(path: string, db: Db): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return Number(text);
  const head = await db.selectFrom('logHeads').select('id').where('name', '=', 'audit').executeTakeFirstOrThrow();
  await writeSecretFile(path, `${head.id + 1}\n`);
  return head.id + 1;
}
