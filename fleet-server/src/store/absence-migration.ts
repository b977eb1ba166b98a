import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DialectName } from './migrations.ts';

/** Since when gateways are here or away, when devices were heard, and what lists are searched and sorted by. */
export function absence(dialect: DialectName): Migration {
  const long = sql.raw(dialect === 'postgres' ? 'bigint' : 'integer');

  async function gateways(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('gateways').addColumn('presence_since', long).execute();
    await db.schema.alterTable('gateways').addColumn('ended', 'text').execute();
    await db.schema
      .alterTable('gateways')
      .addColumn('offline_told', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
    // Who was away before is known to be: it is not told of now.
    await sql`
      update gateways set presence_since = last_seen_at, offline_told = case when online = 1 then 0 else 1 end
      where last_seen_at is not null`.execute(db);
  }

  async function devices(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('devices')
      .addColumn('subject', 'text', (c) => c.notNull().defaultTo(''))
      .execute();
    await sql`
      update devices set subject = case when protocol = 'lorawan' then address else gateway || '/' || id end`.execute(
      db,
    );
    await db.schema.createIndex('devices_subject').on('devices').columns(['tenant', 'subject']).execute();
    await db.schema
      .createTable('device_states')
      .addColumn('tenant', 'text', (c) => c.notNull())
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('since', long, (c) => c.notNull())
      .addColumn('heard_at', long, (c) => c.notNull())
      .addColumn('heard', 'text', (c) => c.notNull())
      .addColumn('due_at', long)
      .addPrimaryKeyConstraint('device_states_pk', ['tenant', 'subject'])
      .execute();
    await db.schema.createIndex('device_states_due').on('device_states').columns(['state', 'due_at']).execute();
    await sql`
      insert into device_states (tenant, subject, state, since, heard_at, heard, due_at)
      select devices.tenant, devices.subject, 'heard', max(received_at), max(received_at), '[]', null
      from devices join latest_readings on latest_readings.gateway = devices.gateway and latest_readings.device = devices.id
      group by devices.tenant, devices.subject`.execute(db);
  }

  return {
    up: async (db) => {
      await gateways(db);
      await devices(db);
    },
  };
}
