import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OutboxRecord } from '@vigie/contract';
import { until } from '../demo/program.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { fillOutbox, settled, withDistrict } from './bench-district.ts';
import { bareBodies, cityRecords, DISTRICT, readingsIn } from './city-records.ts';
import type { SubscriberReport } from './fast-subscriber.ts';
import { CostMeter, percentile, rounded } from './process-cost.ts';
import { bareSqlite } from './raw-limits.ts';
import { LoopDelay } from './server-loop-delay.ts';

const READINGS = 1_000_000;
const LIMIT_MS = 300_000;
/** Live records may be on their way at any moment. */
const NEARLY_EMPTY = 100;
const BARE_ROWS_PER_TRANSACTION = 500;
const LIVE_CITY = ['--abp', '--devices', '200', '--interval-ms', '10000', '--modbus-interval-ms', '2000'];

const RULES = {
  readingsPerSecond: { beside: ['json'], atLeast: 0.63 },
  liveP99Ms: { beside: ['json'], counts: 'ms', atMost: 63_000 },
} satisfies Rules;

/** After a long outage: how fast the backlog goes, and how late live readings are at a platform meanwhile. */
export const drainBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const records = await backlog();
  const readings = readingsIn(records);
  const drained = await withDistrict(LIVE_CITY, async (district, folder) => {
    await settled(district, NEARLY_EMPTY);
    await district.subscriber.close();
    const subscriber = fork(new URL('./fast-subscriber.ts', import.meta.url));
    const platform = { count: 0, liveMs: [] as number[] };
    subscriber.on('message', (message) => {
      const { count, liveMs } = message as SubscriberReport;
      platform.count = count;
      platform.liveMs.push(...liveMs);
    });
    subscriber.send({ ...district.platform });
    await once(subscriber, 'message');
    await district.killAgent();
    fillOutbox(district.agentData, records);
    const agent = district.startAgent();
    const pending = async () => (await district.agentStatus()).outbox.records;
    const before = await until('the agent', () => pending().catch(() => undefined), { limitMs: LIMIT_MS, everyMs: 20 });
    await until('the first acknowledgement', async () => (await pending()) < before, {
      limitMs: LIMIT_MS,
      everyMs: 20,
    });
    const cost = new CostMeter([...district.programs, { name: 'subscriber', pid: subscriber.pid ?? 0 }]);
    const delay = await LoopDelay.watch(district);
    platform.liveMs.length = 0;
    const startedAt = Date.now();
    const [beganMs, left] = [performance.now(), await pending()];
    await until('the backlog to drain', async () => (await pending()) <= NEARLY_EMPTY, {
      ...{ limitMs: LIMIT_MS, everyMs: 100, alive: [agent] },
    });
    const seconds = (performance.now() - beganMs) / 1_000;
    const endedAt = Date.now();
    const live = [...platform.liveMs];
    const programs = cost.conditions();
    await until('the last reading at the platform', () => platform.count >= readings, { limitMs: LIMIT_MS });
    const loopDelay = await delay.summary();
    const publishedSeconds = (performance.now() - beganMs) / 1_000;
    subscriber.disconnect();
    const storedMs = storedLiveMs(join(folder, 'server/vigie.db'), startedAt, endedAt);
    return {
      perSecond: ((left / records.length) * readings) / seconds,
      live,
      whole: [...platform.liveMs],
      publishedSeconds,
      storedMs,
      loopDelay,
      programs,
    };
  });
  const bare = bareSqlite(await bareBodies(), BARE_ROWS_PER_TRANSACTION);
  const { perSecond, live, whole, publishedSeconds, storedMs, loopDelay, programs } = drained;
  return {
    figures: { readingsPerSecond: Math.round(perSecond), liveP99Ms: Math.round(percentile(live, 0.99)) },
    conditions: {
      backlog: `${records.length} records, ${readings} readings of the simulated city, in the agent's own files; acknowledged by a real server over TLS`,
      live: `200 LoRaWAN devices at 10 s and 6 Modbus slaves at 2 s meanwhile; ${live.length} live readings at a platform that subscribes to everything, backlog included; median ${percentile(live, 0.5)} ms`,
      liveUntilAllIsPublished: `${whole.length} live readings, p99 ${percentile(whole, 0.99)} ms; the platform had the whole backlog after ${rounded(publishedSeconds)} s`,
      liveUntilStored: `from the gateway's reception to the commit on the server: ${storedMs.length} live records, p99 ${percentile(storedMs, 0.99)} ms`,
      server: loopDelay,
      bareSqliteReadingsPerSecond: Math.round((bare * readings) / records.length),
      ratioToBareSqlite: rounded(perSecond / ((bare * readings) / records.length), 3),
      ...programs,
    },
  };
}

async function backlog(): Promise<OutboxRecord[]> {
  const records: OutboxRecord[] = [];
  let readings = 0;
  for await (const group of cityRecords({ ...DISTRICT, fromMs: Date.now() - 3 * 86_400_000 })) {
    records.push(...group);
    readings += readingsIn(group);
    if (readings >= READINGS) return records;
  }
  return records;
}

/** How old live records were when the server committed them. */
function storedLiveMs(path: string, from: number, to: number): number[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare('select stored_at - received_at as ms from uplinks where historical = 0 and stored_at between ? and ?')
    .all(from, to);
  database.close();
  return rows.map(({ ms }) => Number(ms));
}
