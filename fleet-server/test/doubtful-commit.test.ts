import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LaneProgress } from '../src/ingest/acknowledge.ts';
import { Coverage } from '../src/ingest/coverage.ts';
import { GroupCommit } from '../src/ingest/group-commit.ts';
import { IngestGate } from '../src/ingest/ingest-gate.ts';
import { Streams } from '../src/ingest/streams.ts';
import { Turns } from '../src/ingest/turns.ts';
import { catalogue } from '../src/registry/catalogue.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import type { UplinkLog } from '../src/store/uplink-log.ts';
import { LatestReadings } from '../src/subscriptions/latest-readings.ts';
import { LogTail } from '../src/subscriptions/log-tail.ts';
import { Telemetry } from '../src/telemetry.ts';
import { createSqlite, type TestDatabase } from './databases.ts';
import { readings } from './test-gateway.ts';

let fresh: TestDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await createSqlite();
  database = await openDatabase({ sqlite: `${fresh.dataFolder}/vigie.db` });
});
afterAll(async () => {
  await database.close();
  await fresh.remove();
});

/** The connection breaks after the commit and before its answer: the writer is told of a failure that was none. */
function breakingAfterCommit(log: UplinkLog): UplinkLog {
  let broken = false;
  return {
    commit: async (group) => {
      const result = await log.commit(group);
      if (broken) return result;
      broken = true;
      throw new Error('connection lost');
    },
  };
}

it('publishes what was committed although its commit seemed to fail', async () => {
  const { db, uplinks } = database;
  const clock = { now: () => 1_000 };
  const tail = await LogTail.open(db);
  const latest = await LatestReadings.start(db, tail, () => undefined);
  const commits = new GroupCommit(breakingAfterCommit(uplinks), new Coverage(db), clock);
  const turns = new Turns(() => 0);
  const telemetry = new Telemetry({
    ...{ clock, catalogue, streams: new Streams(db), gate: new IngestGate(), turns, commits, tail },
    homes: { passOn: async () => undefined, heard: () => undefined },
  });
  const acknowledged: number[] = [];
  const send = (progress: LaneProgress, batch: number, seq: number) => {
    const records = [{ seq, record: readings({ 'cab.power': seq }) }];
    const envelope = { v: 1, epoch: 'epoch00001', lane: 'live', batch, sentAt: 1, records };
    return telemetry.receive({
      ...{ gateway: { id: 'gw-1', tenant: 'ville', devices: new Map(), overlaps: false }, lane: 'live', progress },
      payload: Buffer.from(JSON.stringify(envelope)),
      acknowledge: ({ throughBatch }) => acknowledged.push(throughBatch),
    });
  };
  await expect(send(new LaneProgress(), 1, 1)).rejects.toThrow('connection lost');
  expect(acknowledged).toEqual([]);
  // The gateway comes back and sends the record again: it is known, and must be published all the same.
  await send(new LaneProgress(), 1, 1);
  expect(acknowledged).toEqual([1]);
  await vi.waitFor(() => expect(tail.head).toBe(1));
  const page = await tail.read(0, { tenant: 'ville', limit: 10 });
  expect(page.entries.map(({ seq }) => seq)).toEqual([1]);
  await vi.waitFor(async () => {
    await latest.flush();
    expect(await db.selectFrom('latestReadings').selectAll().execute()).toHaveLength(1);
  });
  await send(new LaneProgress(), 1, 2);
  expect((await tail.read(1, { tenant: 'ville', limit: 10 })).entries.map(({ seq }) => seq)).toEqual([2]);
  await latest.stop();
  const streams = await db.selectFrom('streams').select('covered').execute();
  expect(streams).toEqual([{ covered: '[[1,2]]' }]);
});
