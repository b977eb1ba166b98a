import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { District } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { pause, withDistrict } from './bench-district.ts';
import { bareBodies } from './city-records.ts';
import { CostMeter, memoryOf, percentile, rounded } from './process-cost.ts';
import { bareSqlite } from './raw-limits.ts';

const DEVICES = 2_000;
const OFFERED_PER_SECOND = 4_500;
const LOAD_SECONDS = 30;
const WARM_UP_SECONDS = 5;
const CALM_PER_SECOND = 200;
const CALM_SECONDS = 40;
const SLOW_FSYNC_MS = 500;
const LIMIT_MS = 120_000;

interface Sustained {
  perSecond: number;
  perCpuSecond: number;
  peakRssMb: number;
  dropped: string;
  programs: Record<string, string>;
}

const RULES = {
  uplinksPerSecond: { beside: ['crypto', 'json'], atLeast: 0.038 },
  peakRssMb: { atMost: 120 },
  latencyP99Ms: { atMost: 250 },
  eventLoopP99SlowFsyncMs: { atMost: 20 },
} satisfies Rules;

/** How many uplinks one core takes from datagram to the server's acknowledgement, how soon they arrive, what slow fsyncs do. */
export const agentBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const sustained = await measureSustained();
  const calm = await measureCalm(0);
  const slow = await measureCalm(SLOW_FSYNC_MS);
  const bare = bareSqlite(await bareBodies(), 100);
  return {
    figures: {
      uplinksPerSecond: Math.round(sustained.perSecond),
      peakRssMb: rounded(sustained.peakRssMb),
      latencyP99Ms: rounded(calm.latencyP99Ms),
      eventLoopP99SlowFsyncMs: rounded(slow.loopP99Ms),
    },
    conditions: {
      sustained: `${DEVICES} devices offer ${OFFERED_PER_SECOND} uplinks a second for ${LOAD_SECONDS} s; counted when the server has acknowledged them, after ${WARM_UP_SECONDS} s`,
      core: 'the agent with all its threads on one core (taskset); city, server and bench on what is left',
      uplinksPerCpuSecond: Math.round(sustained.perCpuSecond),
      dropped: sustained.dropped,
      bareSqliteRowsPerSecond: Math.round(bare),
      ratioToBareSqlite: rounded(sustained.perSecond / bare, 3),
      latency: `${CALM_PER_SECOND} uplinks a second for ${CALM_SECONDS} s; from the datagram's arrival to an MQTT subscriber of the server, ${calm.messages} readings, median ${calm.latencyP50Ms} ms`,
      slowFsync: `the same load while each commit holds the storage thread for ${SLOW_FSYNC_MS} ms; longest delay ${slow.loopMaxMs} ms; without slow fsyncs p99 ${rounded(calm.loopP99Ms)} ms`,
      ...sustained.programs,
    },
  };
}

function load(perSecond: number, seconds: number): string[] {
  return ['--load', '--devices', String(DEVICES), '--rate', String(perSecond), '--duration', String(seconds)];
}

function measureSustained(): Promise<Sustained> {
  return withDistrict(
    load(OFFERED_PER_SECOND, LOAD_SECONDS),
    async (district) => {
      await district.subscriber.close();
      const cost = await afterWarmUp(district);
      const before = await acknowledged(district);
      const beganMs = performance.now();
      await pause(LOAD_SECONDS - WARM_UP_SECONDS - 1);
      const count = (await acknowledged(district)) - before;
      const seconds = (performance.now() - beganMs) / 1_000;
      const cpuSeconds = cost.cpuSeconds('vigie-agent');
      const programs = cost.conditions();
      const { ledger } = await district.agentStatus();
      const agent = district.programs.find(({ name }) => name === 'vigie-agent');
      return {
        perSecond: count / seconds,
        perCpuSecond: count / cpuSeconds,
        peakRssMb: memoryOf(agent?.pid ?? 0).peakRssMb,
        dropped: JSON.stringify(
          Object.fromEntries(Object.entries(ledger).map(([stage, { dropped }]) => [stage, dropped])),
        ),
        programs,
      };
    },
    { agentWrapper: ['taskset', '-c', '0', ...profiled()] },
  );
}

/** With VIGIE_BENCH_PROFILE=FOLDER the agent writes a processor profile there when it ends. */
function profiled(): string[] {
  const folder = process.env.VIGIE_BENCH_PROFILE;
  return folder === undefined ? [] : ['env', `NODE_OPTIONS=--cpu-prof --cpu-prof-dir=${folder}`];
}

interface Calm {
  latencyP50Ms: number;
  latencyP99Ms: number;
  messages: number;
  loopP99Ms: number;
  loopMaxMs: number;
}

function measureCalm(commitMs: number): Promise<Calm> {
  const probe = join(tmpdir(), `vigie-bench-probe-${process.pid}.json`);
  const environment = [
    `NODE_OPTIONS=--import=${fileURLToPath(new URL('agent-probe.ts', import.meta.url))}`,
    ...[`VIGIE_BENCH_PROBE=${probe}`, `VIGIE_BENCH_COMMIT_MS=${commitMs}`],
  ];
  return withDistrict(
    load(CALM_PER_SECOND, CALM_SECONDS),
    async (district) => {
      const latencies: number[] = [];
      await afterWarmUp(district);
      district.programs.find(({ name }) => name === 'vigie-agent')?.signal('SIGUSR2');
      district.subscriber.listen(({ receivedAt }) => latencies.push(Date.now() - Date.parse(receivedAt)));
      await pause(CALM_SECONDS - WARM_UP_SECONDS - 1);
      const loop = JSON.parse(readFileSync(probe, 'utf8')) as { p99Ms: number; maxMs: number };
      return {
        latencyP50Ms: percentile(latencies, 0.5),
        latencyP99Ms: percentile(latencies, 0.99),
        messages: latencies.length,
        loopP99Ms: loop.p99Ms,
        loopMaxMs: Math.round(loop.maxMs),
      };
    },
    { agentWrapper: ['env', ...environment] },
  );
}

/** The load begins when its frames are made: from then on, and a little later. */
async function afterWarmUp(district: District): Promise<CostMeter> {
  const flowing = async () => (await acknowledged(district)) > 0;
  await until('the load', () => flowing().catch(() => false), { limitMs: LIMIT_MS, everyMs: 50 });
  await pause(WARM_UP_SECONDS);
  return new CostMeter(district.programs);
}

const SETTLED = /^vigie_agent_stage_out_total\{stage="buffer"\} (\d+)$/m;

/** Records that the server has acknowledged. The metrics are short; a status lists every device. */
async function acknowledged(district: District): Promise<number> {
  return Number(SETTLED.exec(await district.agentMetrics())?.[1] ?? 0);
}
