import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseClaim } from '@vigie/contract';
import { enrol } from '../../../agent/src/enrol/enrol.ts';
import type { Identity } from '../../../agent/src/enrol/identity.ts';
import { barePostgres } from '../../../fleet-server/test/bare-postgres.ts';
import { startPostgres } from '../../../fleet-server/test/postgres.ts';
import { type District, TENANT } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { withDistrict } from './bench-district.ts';
import { bareBodies, SILENT_CITY } from './city-records.ts';
import type { SubscriberReport } from './fast-subscriber.ts';
import type { IngestOrder, IngestReport } from './ingest-load.ts';
import { CostMeter, rounded } from './process-cost.ts';
import { bareMqtt, bareSqlite } from './raw-limits.ts';
import { LoopDelay } from './server-loop-delay.ts';

const GATEWAYS = 4;
const READINGS_EACH = 250_000;
const PUBLISH_LIMIT_MS = 120_000;
/** A reading as platforms get it. */
const CITY_MESSAGE_BYTES = 330;
const BARE_ROWS_PER_TRANSACTION = 500;

interface Ingested {
  readings: number;
  batches: number;
  records: number;
  perSecond: number;
  acknowledgedPerSecond: number;
  withoutPlatformPerSecond: number;
  loopDelay: string;
  programs: Record<string, string>;
}

const RULES = {
  sqliteReadingsPerSecond: { beside: ['json'], atLeast: 0.71 },
  postgresReadingsPerSecond: { beside: ['json'], atLeast: 0.59 },
} satisfies Rules;

/** The whole path on the server: batches of several gateways over TLS, stored, acknowledged, and every reading published. */
export const ingestBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const sqlite = await measureServer([]);
  const database = await startPostgres();
  const bodies = await bareBodies();
  const measured = async () => {
    try {
      return {
        ingested: await measureServer(['--database', database.url]),
        bareRows: await barePostgres(database.url, bodies, BARE_ROWS_PER_TRANSACTION),
      };
    } finally {
      await database.stop();
    }
  };
  const { ingested: postgres, bareRows } = await measured();
  const rows = bareSqlite(bodies, BARE_ROWS_PER_TRANSACTION);
  const mqtt = await bareMqtt(bodies.map((body) => body.slice(0, CITY_MESSAGE_BYTES)));
  return {
    figures: {
      sqliteReadingsPerSecond: Math.round(sqlite.perSecond),
      postgresReadingsPerSecond: Math.round(postgres.perSecond),
    },
    conditions: {
      load: `${GATEWAYS} gateways with a window of 4 batches send ${sqlite.readings} readings in ${sqlite.batches} batches in columns, made beforehand in a process of their own`,
      rate: 'from the first batch to the last reading at an MQTT subscriber of everything at QoS 1, in a process of its own',
      sqlite: detail(sqlite),
      postgres: detail(postgres),
      bareSqliteRowsPerSecond: Math.round(rows),
      bareSqliteReadingsPerSecond: Math.round((rows * sqlite.readings) / sqlite.records),
      ratioToBareSqlite: rounded(perRecord(sqlite) / rows, 3),
      barePostgresRowsPerSecond: Math.round(bareRows),
      ratioToBarePostgres: rounded(perRecord(postgres) / bareRows, 3),
      bareMqttMessagesPerSecond: Math.round(mqtt),
      ratioToBareMqtt: rounded(sqlite.perSecond / mqtt, 2),
      ratioToBareMqttPostgres: rounded(postgres.perSecond / mqtt, 2),
      ...sqlite.programs,
      ...Object.fromEntries(Object.entries(postgres.programs).map(([name, cost]) => [`${name} (PostgreSQL)`, cost])),
    },
  };
}

function perRecord({ perSecond, readings, records }: Ingested): number {
  return (perSecond * records) / readings;
}

function detail({ acknowledgedPerSecond, withoutPlatformPerSecond, loopDelay }: Ingested): string {
  return `acknowledged ${Math.round(acknowledgedPerSecond)} a second meanwhile, ${Math.round(withoutPlatformPerSecond)} a second while no platform subscribes; ${loopDelay}`;
}

function measureServer(server: readonly string[]): Promise<Ingested> {
  return withDistrict(
    SILENT_CITY,
    async (district) => {
      await district.stopCity();
      await district.killAgent();
      await district.subscriber.close();
      const load = fork(new URL('./ingest-load.ts', import.meta.url));
      const alone = await run(district, load, await enrolGateways(district, 'alone'));
      const subscriber = fork(new URL('./fast-subscriber.ts', import.meta.url));
      let report: SubscriberReport = { count: 0, lastAt: 0, liveMs: [] };
      subscriber.on('message', (message) => {
        report = message as SubscriberReport;
      });
      subscriber.send({ ...district.platform });
      await once(subscriber, 'message');
      const cost = new CostMeter([
        ...district.programs.filter(({ name }) => name === 'vigie-server'),
        ...[load, subscriber].map(({ pid = 0 }, index) => ({ name: index === 0 ? 'load' : 'subscriber', pid })),
      ]);
      const delay = await LoopDelay.watch(district);
      const watched = await run(district, load, await enrolGateways(district, 'watched'));
      await until('the last reading at the platform', () => report.count >= watched.readings, {
        limitMs: PUBLISH_LIMIT_MS,
      });
      const loopDelay = await delay.summary();
      const programs = cost.conditions();
      load.disconnect();
      subscriber.disconnect();
      const { readings, batches, records } = watched;
      return {
        ...{ readings, batches, records, programs, loopDelay },
        perSecond: readings / ((report.lastAt - watched.beganAt) / 1_000),
        acknowledgedPerSecond: readings / ((watched.endedAt - watched.beganAt) / 1_000),
        withoutPlatformPerSecond: alone.readings / ((alone.endedAt - alone.beganAt) / 1_000),
      };
    },
    { server },
  );
}

async function run(district: District, load: ChildProcess, identities: Identity[]) {
  load.send({ identities, readingsEach: READINGS_EACH } satisfies IngestOrder);
  const [prepared] = (await once(load, 'message')) as [Extract<IngestReport, { ready: object }>];
  load.send('go');
  const [result] = (await Promise.race([
    once(load, 'message'),
    once(load, 'exit').then(() => Promise.reject(new Error('the load ended'))),
  ])) as [Extract<IngestReport, { done: object }>];
  const dead = district.programs.find(({ name, exitCode }) => name === 'vigie-server' && exitCode !== undefined);
  if (dead) throw new Error(`the server ended with ${dead.exitCode}`);
  return { ...prepared.ready, ...result.done };
}

function enrolGateways(district: District, prefix: string): Promise<Identity[]> {
  return Promise.all(
    Array.from({ length: GATEWAYS }, async (_, index) => {
      const id = `${prefix}-${index}`;
      await district.api.post(`/tenants/${TENANT}/gateways`, { id, name: id });
      const { claim } = await district.api.post<{ claim: string }>(`/tenants/${TENANT}/gateways/${id}/claims`, {});
      const parsed = parseClaim(claim);
      if (!parsed) throw new Error('the claim cannot be read');
      return enrol(parsed);
    }),
  );
}
