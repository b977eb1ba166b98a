import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Lists by name begin where their page does, however long they are; counts of devices read an index alone. */
export const listOrder: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`create index devices_name on devices (tenant, lower(coalesce(name, id)), gateway, id)`.execute(db);
    // Made last and wider than it was: SQLite would count by the names, which lie in no order of the states.
    await db.schema.dropIndex('devices_subject').execute();
    await db.schema.createIndex('devices_subject').on('devices').columns(['tenant', 'subject', 'gateway']).execute();
    await sql`create index gateways_name on gateways (tenant, lower(name), id)`.execute(db);
  },
};
