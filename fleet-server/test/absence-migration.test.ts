import { join } from 'node:path';
import { CamelCasePlugin, type Dialect, Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { expect, it } from 'vitest';
import { openDatabase } from '../src/store/database.ts';
import { migrations } from '../src/store/migrations.ts';
import type { Schema } from '../src/store/schema.ts';
import { sqliteDialect } from '../src/store/sqlite/dialect.ts';
import { Mutex } from '../src/store/sqlite/mutex.ts';
import { SqliteWorker } from '../src/store/sqlite/worker-client.ts';
import { describeOnEach, type TestDatabase } from './databases.ts';

const BEFORE = '0007-security';

async function dialectOf({ dataFolder, databaseUrl }: TestDatabase): Promise<Dialect> {
  if (databaseUrl !== undefined) return new PostgresDialect({ pool: new Pool({ connectionString: databaseUrl }) });
  const path = join(dataFolder, 'vigie.db');
  const writer = new SqliteWorker({ path, readOnly: false, busyTimeoutMs: 5_000 });
  await writer.query('select 1', []);
  const reader = new SqliteWorker({ path, readOnly: true, busyTimeoutMs: 5_000 });
  return sqliteDialect({ writer, reader, writing: new Mutex() });
}

describeOnEach('an installation from before states were kept', (create) => {
  it('knows which devices were heard, and tells nobody of what was away already', { timeout: 60_000 }, async () => {
    const place = await create();
    const dialect = await dialectOf(place);
    const provider = migrations(place.databaseUrl === undefined ? 'sqlite' : 'postgres');
    const old = new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin()] });
    const { error } = await new Migrator({ db: old.withoutPlugins(), provider }).migrateTo(BEFORE);
    expect(error).toBeUndefined();
    await old.insertInto('tenants').values({ id: 'ville', name: 'Ville', createdAt: 1 }).execute();
    const gateway = { tenant: 'ville', site: null, name: 'x', createdAt: 1, revokedAt: null, agentVersion: null };
    for (const [id, lastSeenAt] of [
      ['gw-1', 500],
      ['gw-new', null],
    ] as const) {
      await old
        .insertInto('gateways')
        .values({ ...gateway, id, lastSeenAt, configRejected: null, status: null })
        .execute();
    }
    const device = { gateway: 'gw-1', tenant: 'ville', model: 'a/b', name: null, domain: 'waste' };
    const devices = [
      { ...device, id: 'bin-1', asset: 'bin-1', protocol: 'lorawan', address: '70b3d5fffe000001' },
      { ...device, id: 'bin-2', asset: 'bin-2', protocol: 'lorawan', address: '70b3d5fffe000002' },
      { ...device, id: 'meter', asset: 'meter', protocol: 'modbus', address: 'line/1' },
    ];
    // `subject` comes with the step that is looked at.
    for (const row of devices)
      await old
        .insertInto('devices')
        .values(row as never)
        .execute();
    const reading = { gateway: 'gw-1', channel: '', tenant: 'ville', asset: 'x', domain: 'waste', value: '1' };
    for (const [of, receivedAt] of [
      ['bin-1', 400],
      ['meter', 450],
    ] as const) {
      await old
        .insertInto('latestReadings')
        .values({ ...reading, device: of, quantity: 'q', quality: 'good', reasons: null, at: 1, receivedAt, log: 1 })
        .execute();
    }
    await old.destroy();

    const target = place.databaseUrl === undefined ? { sqlite: join(place.dataFolder, 'vigie.db') } : undefined;
    const database = await openDatabase(target ?? { postgres: place.databaseUrl ?? '' });
    const { db } = database;
    expect(await db.selectFrom('deviceStates').selectAll().orderBy('heardAt').execute()).toEqual([
      {
        tenant: 'ville',
        subject: '70b3d5fffe000001',
        state: 'heard',
        since: 400,
        heardAt: 400,
        heard: '[]',
        dueAt: null,
      },
      { tenant: 'ville', subject: 'gw-1/meter', state: 'heard', since: 450, heardAt: 450, heard: '[]', dueAt: null },
    ]);
    expect(
      await db.selectFrom('gateways').select(['id', 'presenceSince', 'offlineTold']).orderBy('id').execute(),
    ).toEqual([
      { id: 'gw-1', presenceSince: 500, offlineTold: 1 },
      { id: 'gw-new', presenceSince: null, offlineTold: 0 },
    ]);
    await database.close();
    await place.remove();
  });
});
