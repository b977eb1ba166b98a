import { afterAll, beforeAll, expect, it } from 'vitest';
import { findRetention, setRetention } from '../src/retention/policies.ts';
import { RetentionSweeper } from '../src/retention/sweeper.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { LogTail } from '../src/subscriptions/log-tail.ts';
import { describeOnEach, type TestDatabase } from './databases.ts';

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;
const RECORDS = 2_500;

describeOnEach('retention', (create) => {
  let fresh: TestDatabase;
  let database: Database;
  const clock = { now: () => NOW };

  beforeAll(async () => {
    fresh = await create();
    const { databaseUrl, dataFolder } = fresh;
    database = await openDatabase(databaseUrl ? { postgres: databaseUrl } : { sqlite: `${dataFolder}/vigie.db` });
    await database.db
      .insertInto('tenants')
      .values(['ville', 'bourg'].map((id) => ({ id, name: id, createdAt: 1 })))
      .execute();
    await database.db.insertInto('streams').values({ id: 1, gateway: 'gw-1', epoch: 'epoch00001' }).execute();
    // One record of each tenant in turn; the newest of them were stored today.
    for (let from = 0; from < RECORDS; from += 500) {
      const storedAt = NOW - Math.floor(((RECORDS - from) / RECORDS) * 50) * DAY_MS;
      const rows = Array.from({ length: 500 }, (_, index) => record(from + index + 1));
      await database.uplinks.commit({ storedAt, rows, poison: [], covered: [] });
    }
    await database.db.updateTable('logHeads').set({ id: RECORDS }).where('name', '=', 'latest').execute();
  });
  afterAll(async () => {
    await database?.close();
    await fresh?.remove();
  });

  const left = async (tenant: string) => {
    const rows = await database.db
      .selectFrom('uplinks')
      .select(['id', 'storedAt'])
      .where('tenant', '=', tenant)
      .orderBy('id')
      .execute();
    return rows;
  };
  const sweep = async () => {
    const sweeper = new RetentionSweeper(database.db, clock, () => undefined);
    await sweeper.sweep();
    await sweeper.stop();
  };
  const policy = (limits: { maxAgeDays?: number; maxRecords?: number; subscriberAgeDays: number }) =>
    setRetention({ db: database.db, clock }, { tenant: 'ville' }, limits, { name: 'test' });

  it('drops by age what every durable subscriber has, and nothing else', async () => {
    await database.db
      .insertInto('mqttSessions')
      .values({ session: 's', account: 'a', tenant: 'ville', position: 700, createdAt: 1, lastSeenAt: 1 })
      .execute();
    await policy({ maxAgeDays: 15, subscriberAgeDays: 60 });
    await sweep();
    expect((await left('ville'))[0]?.id).toBe(701);
    expect(await left('bourg')).toHaveLength(RECORDS / 2);
    expect(await findRetention(database.db, { tenant: 'ville' })).toMatchObject({
      dropped: 350,
      subscribers: [{ session: 's', missed: 0 }],
    });
  });

  it('goes on when the subscriber does', async () => {
    await database.db.updateTable('mqttSessions').set({ position: 800 }).execute();
    await sweep();
    expect((await left('ville'))[0]?.id).toBe(801);
  });

  it('counts for a subscriber what it misses when its own limit is exceeded', async () => {
    await policy({ maxAgeDays: 15, subscriberAgeDays: 20 });
    await sweep();
    const rows = await left('ville');
    expect(rows[0]?.id).toBe(1_501);
    expect(rows.every(({ storedAt }) => storedAt >= NOW - 20 * DAY_MS)).toBe(true);
    expect(await findRetention(database.db, { tenant: 'ville' })).toMatchObject({
      dropped: 750,
      subscribers: [{ missed: 350 }],
    });
  });

  it('drops the oldest beyond a number of records', async () => {
    await database.db.deleteFrom('mqttSessions').execute();
    await policy({ maxRecords: 100, subscriberAgeDays: 20 });
    await sweep();
    const rows = await left('ville');
    expect(rows).toHaveLength(100);
    const tail = await LogTail.open(database.db);
    let read = 0;
    for (let at = 0; at < tail.head; ) {
      const page = await tail.read(at, { tenant: 'ville', limit: 1_000 });
      read += page.entries.length;
      at = page.through;
    }
    expect(read).toBe(100);
    expect(rows.at(-1)?.id).toBe(RECORDS - 1);
  });
});

function record(id: number) {
  return {
    ...{ stream: 1, seq: id, tenant: id % 2 === 1 ? 'ville' : 'bourg', gateway: 'gw-1', kind: 'readings' as const },
    ...{
      device: 'meter-1',
      asset: 'meter-1',
      domain: 'water',
      at: 1,
      receivedAt: 1,
      historical: 0 as const,
      body: '{}',
    },
  };
}
