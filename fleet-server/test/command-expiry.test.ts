import { afterAll, beforeAll, expect, it } from 'vitest';
import { Commands } from '../src/commands/commands.ts';
import { PRESUMED_RANK, rankOf } from '../src/commands/state-rank.ts';
import { catalogue } from '../src/registry/catalogue.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { describeOnEach, type TestDatabase } from './databases.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

describeOnEach('commands that nobody answers', (create) => {
  let fresh: TestDatabase;
  let database: Database;
  let commands: Commands;
  let now = 0;

  beforeAll(async () => {
    fresh = await create();
    const { dataFolder, databaseUrl } = fresh;
    database = await openDatabase(databaseUrl ? { postgres: databaseUrl } : { sqlite: `${dataFolder}/vigie.db` });
    const { db } = database;
    await db.insertInto('tenants').values({ id: 'ville', name: 'Ville', createdAt: 0 }).execute();
    const nothing = {
      site: null,
      revokedAt: null,
      lastSeenAt: null,
      agentVersion: null,
      configRejected: null,
      status: null,
    };
    await db
      .insertInto('gateways')
      .values({ id: 'gw-1', tenant: 'ville', name: 'G', createdAt: 0, ...nothing })
      .execute();
    commands = new Commands(
      { db, clock: { now: () => now }, catalogue, send: () => undefined, isConnected: () => true },
      () => undefined,
    );
  });
  afterAll(async () => {
    commands.stop();
    await database.close();
    await fresh.remove();
  });

  async function add(id: string, state: 'queued' | 'delivered'): Promise<void> {
    const row = {
      id,
      tenant: 'ville',
      gateway: 'gw-1',
      device: 'lamp',
      name: 'lamp.dim',
      args: '{}',
      state,
      rank: rankOf(state),
    };
    const times = { issuedAt: 0, expiresAt: MINUTE, updatedAt: 0, createdBy: 'test', result: null, error: null };
    await database.db
      .insertInto('commands')
      .values({ ...row, ...times })
      .execute();
  }

  async function stateOf(id: string) {
    return database.db.selectFrom('commands').select(['state', 'rank']).where('id', '=', id).executeTakeFirstOrThrow();
  }

  it('gives up what was never delivered soon, what was delivered late, and yields to the gateway’s last word', async () => {
    await add('undelivered', 'queued');
    await add('delivered', 'delivered');
    now = MINUTE;
    await commands.expire();
    expect((await stateOf('undelivered')).state).toBe('queued');
    now = 2 * MINUTE;
    await commands.expire();
    expect(await stateOf('undelivered')).toEqual({ state: 'expired', rank: PRESUMED_RANK });
    expect((await stateOf('delivered')).state).toBe('delivered');
    now = 2 * DAY;
    await commands.expire();
    expect((await stateOf('delivered')).state).toBe('expired');

    const report = (seq: number, state: 'sent' | 'confirmed' | 'failed') => ({
      ...{
        stream: 1,
        seq,
        tenant: 'ville',
        gateway: 'gw-1',
        kind: 'command' as const,
        device: 'lamp',
        asset: null,
        domain: null,
      },
      ...{ at: 1, receivedAt: 1, historical: 0 as const, body: '{}' },
      command: { id: 'delivered', state, rank: rankOf(state), result: null, error: null },
    });
    await database.uplinks.commit({ storedAt: now, rows: [report(1, 'sent')], poison: [], covered: [] });
    expect((await stateOf('delivered')).state).toBe('expired');
    await database.uplinks.commit({
      storedAt: now,
      rows: [report(2, 'confirmed'), report(3, 'failed')],
      poison: [],
      covered: [],
    });
    expect((await stateOf('delivered')).state).toBe('confirmed');
    await commands.expire();
    expect((await stateOf('delivered')).state).toBe('confirmed');
  });
});
