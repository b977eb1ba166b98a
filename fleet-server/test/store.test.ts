import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, isUniqueViolation, openDatabase } from '../src/store/database.ts';
import type { UplinkRow } from '../src/store/uplink-log.ts';
import { describeOnEach, type TestDatabase } from './databases.ts';

function open({ dataFolder, databaseUrl }: TestDatabase): Promise<Database> {
  return openDatabase(databaseUrl === undefined ? { sqlite: join(dataFolder, 'vigie.db') } : { postgres: databaseUrl });
}

function row(seq: number, over: Partial<UplinkRow> = {}): UplinkRow {
  return {
    stream: 1,
    seq,
    tenant: 'ville',
    gateway: 'gw-1',
    kind: 'readings',
    device: 'lamp-1',
    asset: 'lamp-1',
    domain: 'lighting',
    at: 1_000,
    receivedAt: 1_000,
    historical: 0,
    body: '{}',
    ...over,
  };
}

describeOnEach('the store', (create) => {
  let fresh: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await create();
    database = await open(fresh);
  });
  afterAll(async () => {
    await database?.close();
    await fresh?.remove();
  });

  it('gives rising ids to new records and 0 to known ones', async () => {
    const first = await database.uplinks.commit({ storedAt: 1, rows: [row(1), row(2)], poison: [], covered: [] });
    expect(first.ids.every((id) => id > 0)).toBe(true);
    const second = await database.uplinks.commit({
      storedAt: 2,
      rows: [row(2), row(3), row(3)],
      poison: [],
      covered: [],
    });
    expect(second.ids[0]).toBe(0);
    expect(second.ids[1]).toBeGreaterThan(first.ids[1] ?? 0);
    expect(second.ids[2]).toBe(0);
    const stored = await database.db.selectFrom('uplinks').select(['id', 'seq']).orderBy('id').execute();
    expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('keeps poison records once and turns events into rows', async () => {
    const poison = {
      stream: 1,
      seq: 9,
      tenant: 'ville',
      gateway: 'gw-1',
      code: 'RECORD_INVALID',
      message: 'm',
      body: 'x',
    };
    const event = row(10, { kind: 'event', event: { code: 'BUFFER_FULL', severity: 'alarm', message: null } });
    await database.uplinks.commit({ storedAt: 3, rows: [event], poison: [poison], covered: [] });
    await database.uplinks.commit({ storedAt: 4, rows: [event], poison: [poison], covered: [] });
    expect(await database.db.selectFrom('poisonRecords').selectAll().execute()).toHaveLength(1);
    expect(await database.db.selectFrom('events').select('code').execute()).toEqual([{ code: 'BUFFER_FULL' }]);
  });

  it('rolls a failed transaction back and lets others go on meanwhile', async () => {
    const failing = database.db.transaction().execute(async (trx) => {
      await trx.insertInto('tenants').values({ id: 'lost', name: 'Lost', createdAt: 1 }).execute();
      throw new Error('on purpose');
    });
    const other = database.uplinks.commit({ storedAt: 5, rows: [row(20)], poison: [], covered: [] });
    await expect(failing).rejects.toThrow('on purpose');
    expect((await other).ids[0]).toBeGreaterThan(0);
    expect(await database.db.selectFrom('tenants').selectAll().execute()).toEqual([]);
  });

  it('recognises a thing that exists already', async () => {
    const tenant = { id: 'ville', name: 'Ville', createdAt: 1 };
    await database.db.insertInto('tenants').values(tenant).execute();
    const error = await database.db
      .insertInto('tenants')
      .values(tenant)
      .execute()
      .catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
  });

  it('keeps everything over a restart', async () => {
    const before = await database.db.selectFrom('uplinks').select('id').execute();
    await database.close();
    database = await open(fresh);
    expect(await database.db.selectFrom('uplinks').select('id').execute()).toEqual(before);
  });
});
