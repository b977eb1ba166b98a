import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { District, type StoredReading } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import type { EmittedReading } from '../demo/truth-tail.ts';
import { judge } from '../demo/verdict.ts';
import { seededRandom } from '../simulate/random.ts';
import { StoredLog } from './stored-log.ts';

/** What one way to mistreat the data path gets to work with. */
export interface Rig {
  district: District;
  stored: StoredLog;
  random: () => number;
  folder: string;
  cycles: number;
  /** Waits a random time. */
  pause(fromMs: number, toMs: number): Promise<void>;
  /** Records that the agent called stored but that this torture legitimately costs, as `epoch:seq`. */
  excused: Set<string>;
}

export interface Torture {
  name: string;
  /** Cycles where the command line names none. */
  cycles: number;
  /** Uplinks and polls: options of the simulated city. */
  city?: readonly string[];
  /** Before the agent starts for the first time. */
  prepare?(rig: Omit<Rig, 'stored' | 'district'>): Promise<void>;
  cycle(rig: Rig, cycle: number): Promise<void>;
  /** After the last cycle, once everything arrived: more figures, and what must hold of them. */
  figures?(rig: Rig, counted: Counted): Promise<{ figures: Record<string, number>; ok: boolean }>;
  cleanUp?(rig: Omit<Rig, 'stored' | 'district'>): Promise<void>;
  /** `some`: it succeeds when something was lost. `judged`: `figures` says whether what was lost may be. */
  loss?: 'none' | 'some' | 'judged';
}

export interface Counted {
  emitted: number;
  stored: number;
  lost: number;
  duplicates: number;
}

const CITY = ['--devices', '20', '--interval-ms', '400', '--modbus-interval-ms', '500', '--speed', '60'];
const DRAIN_MS = 120_000;

/** Runs a torture on real programs, each a process of its own; prints one JSON object last and gives the exit code. */
export async function runTorture(torture: Torture): Promise<number> {
  const { cycles, seed, quiet } = options(torture.cycles);
  const folder = mkdtempSync(join(tmpdir(), `vigie-${torture.name}-`));
  const random = seededRandom(seed);
  const startedAt = performance.now();
  const pause = (fromMs: number, toMs: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, fromMs + random() * (toMs - fromMs)));
  const ground = { folder, random, cycles, pause, excused: new Set<string>() };
  await torture.prepare?.(ground);
  const district = new District({
    folder,
    httpPort: 0,
    mqttPort: 0,
    city: ['--seed', String(seed), ...(torture.city ?? CITY)],
    // A link that is cut all the time would be tried once a minute in the end, and the torture would torture nobody.
    agent: ['--log-level', 'debug', '--reconnect-max', '1000'],
    say: (line) => !quiet && process.stderr.write(`· ${line}\n`),
  });
  const rig: Rig = { ...ground, district, stored: new StoredLog(district.agentLog) };
  try {
    await district.start();
    await until('the first readings', () => rig.stored.read().length > 20, { limitMs: 30_000 });
    for (let cycle = 1; cycle <= cycles; cycle++) {
      await torture.cycle(rig, cycle);
      showProgress(torture.name, cycle, cycles, startedAt, quiet);
    }
    const counted = await count(rig);
    const more = (await torture.figures?.(rig, counted)) ?? { figures: {}, ok: true };
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stdout.write(
      `${JSON.stringify({ torture: torture.name, cycles, seed, ...counted, ...more.figures, seconds })}\n`,
    );
    const lossIsRight = { none: counted.lost === 0, some: counted.lost > 0, judged: true }[torture.loss ?? 'none'];
    return lossIsRight && counted.duplicates === 0 && more.ok ? 0 : 1;
  } catch (error) {
    for (const part of [String(error), tailOf(district.serverLog), tailOf(district.agentLog)])
      process.stderr.write(`${part}\n`);
    return 1;
  } finally {
    await district.stop();
    await torture.cleanUp?.(ground);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Stops the city, waits until everything that can arrive has, and counts. */
async function count({ district, stored, excused }: Rig): Promise<Counted> {
  await district.stopCity();
  // Its pauses between attempts have grown with the outage: until it is back, that nothing arrives means nothing.
  const connected = async () => (await district.agentStatus().catch(() => undefined))?.link.up === true;
  await until('the agent to be connected', connected, { limitMs: DRAIN_MS, everyMs: 500 });
  let before = -1;
  await until(
    'the last reading',
    async () => {
      const missing = await missingOf(district, stored, excused);
      const isStill = missing === before;
      before = missing;
      return missing === 0 || isStill;
    },
    { limitMs: DRAIN_MS, everyMs: 5_000 },
  );
  const history = await district.history();
  const emitted = district.emitted();
  const { duplicates, examples } = judge(emitted, history);
  if (duplicates > 0) {
    for (const example of examples) process.stderr.write(`${example}\n`);
    tellTimes(emitted, history);
  }
  return {
    emitted: emitted.length,
    stored: history.length,
    lost: await missingOf(district, stored, excused),
    duplicates,
  };
}

/** Of the device with most readings too many: when it said something, and when what is stored was received. */
function tellTimes(emitted: readonly EmittedReading[], history: readonly StoredReading[]): void {
  const surplus = new Map<string, number>();
  for (const { device } of history) surplus.set(device, (surplus.get(device) ?? 0) + 1);
  for (const { device } of emitted) surplus.set(device, (surplus.get(device) ?? 0) - 1);
  const [device] = [...surplus].sort(([, a], [, b]) => b - a)[0] ?? [];
  const said = new Set(emitted.filter((one) => one.device === device).map(({ at }) => new Date(at).toISOString()));
  const kept = new Set(
    history.filter((one) => one.device === device).map(({ id, receivedAt }) => `${receivedAt} ${id}`),
  );
  process.stderr.write(`${device} said\n${[...said].join('\n')}\nstored\n${[...kept].join('\n')}\n`);
}

/** Records that the agent called stored and the server does not have. */
async function missingOf(district: District, stored: StoredLog, excused: ReadonlySet<string>): Promise<number> {
  const known = new Set((await district.history()).map(({ id }) => id.split(':').slice(1, 3).join(':')));
  return stored.read().filter(({ epoch, seq }) => !known.has(`${epoch}:${seq}`) && !excused.has(`${epoch}:${seq}`))
    .length;
}

function options(defaultCycles: number): { cycles: number; seed: number; quiet: boolean } {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: String(defaultCycles) },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const [cycles, seed] = [Number(values.cycles), Number(values.seed)];
  if (!Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(seed))
    throw new Error('--cycles and --seed are whole numbers');
  return { cycles, seed, quiet: values.json };
}

function showProgress(name: string, cycle: number, cycles: number, startedAt: number, quiet: boolean): void {
  if (quiet || (!process.stderr.isTTY && cycle % 50 !== 0 && cycle !== cycles)) return;
  const left = Math.round((((performance.now() - startedAt) / cycle) * (cycles - cycle)) / 1_000);
  const bar = '█'.repeat(Math.round((cycle / cycles) * 24)).padEnd(24, '░');
  process.stderr.write(
    `${process.stderr.isTTY ? '\r\u001b[K' : ''}${name} ${bar} ${cycle}/${cycles}, ${left} s left${process.stderr.isTTY ? '' : '\n'}`,
  );
}

/** The end of a log, for whoever must find out. */
function tailOf(file: string): string {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => !line.includes('"stored"'))
        .slice(-15)
        .join('\n')
    : '';
}
