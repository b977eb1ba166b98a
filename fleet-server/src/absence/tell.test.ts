import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../store/database.ts';
import { duration, tellOfDevices } from './tell.ts';

describe('tellOfDevices', () => {
  let folder: string;
  let database: Database;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-tell-'));
    database = await openDatabase({ sqlite: join(folder, 'vigie.db') });
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const devices = (gateway: string, count: number) =>
    Array.from({ length: count }, (_none, n) => ({ tenant: 'ville', gateway, device: `d${n}`, sinceMs: 3_600_000 }));

  it('writes one event for each device, and one for all where many of a gateway changed together', async () => {
    const event = { code: 'DEVICE_SILENT', severity: 'warning', at: 1 } as const;
    await tellOfDevices(database.db, event, [...devices('gw-few', 2), ...devices('gw-many', 25)]);
    const rows = await database.db
      .selectFrom('events')
      .select(['gateway', 'device', 'message'])
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { gateway: 'gw-few', device: 'd0', message: 'Unheard for 60 min' },
      { gateway: 'gw-few', device: 'd1', message: 'Unheard for 60 min' },
      { gateway: 'gw-many', device: null, message: expect.stringMatching(/^25 devices: d0, d1, .*d19 and 5 more$/) },
    ]);
  });
});

describe('duration', () => {
  it('is in the unit that people would use', () => {
    expect([20_000, 90 * 60_000, 5 * 3_600_000, 72 * 3_600_000].map(duration)).toEqual([
      '20 s',
      '90 min',
      '5 h',
      '3 d',
    ]);
  });
});
