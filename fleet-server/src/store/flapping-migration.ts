import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DialectName } from './migrations.ts';

/** When gateways came back, so that a link that comes and goes is told of. */
export function flapping(dialect: DialectName): Migration {
  const long = sql.raw(dialect === 'postgres' ? 'bigint' : 'integer');
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .alterTable('gateways')
        .addColumn('reconnects', 'text', (c) => c.notNull().defaultTo('[]'))
        .execute();
      await db.schema.alterTable('gateways').addColumn('reconnects_since', long).execute();
      await db.schema.alterTable('gateways').addColumn('reconnected_at', long).execute();
      await db.schema
        .alterTable('gateways')
        .addColumn('flapping_told', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    },
  };
}
