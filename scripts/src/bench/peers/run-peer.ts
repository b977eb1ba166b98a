import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../demo/program.ts';
import { rounded } from '../process-cost.ts';
import { LOAD, type Plan } from './load.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { costOfGroup } from './process-group.ts';
import { RecordingSlaves } from './recording-slaves.ts';
import { verdictOf } from './verdict.ts';

export interface PeerFigures {
  /** Answered by the slaves while nothing was amiss. */
  registersPerSecond: number;
  cpuSecondsPerMinute: number;
  /** Highest of samples while nothing was amiss. */
  rssMb: number;
  /** Polls. */
  lostAfterKill: number;
  duplicatesAfterKill: number;
}

export interface PeerResult {
  figures: PeerFigures;
  detail: string;
}

const START_LIMIT_MS = 180_000;
const SAMPLE_SECONDS = 2;
/** After its end nothing more is polled; what still waits has this long to arrive. */
const DRAIN_LIMIT_MS = 120_000;
const QUIET_MS = 15_000;

/** Runs one gateway through the load and the outage, in a folder of its own. */
export async function runPeer(peer: Peer, plan: Plan, say: (line: string) => void): Promise<PeerResult> {
  const folder = mkdtempSync(join(tmpdir(), `vigie-peer-${peer.key}-`));
  const slaves = await RecordingSlaves.start();
  try {
    say(`${peer.title}: starting`);
    const running = await peer.start(slaves.ports, folder);
    try {
      return await measure(running, slaves, plan, (line) => say(`${peer.title}: ${line}`));
    } finally {
      await running.stop();
    }
  } finally {
    slaves.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  peer: RunningPeer,
  slaves: RecordingSlaves,
  plan: Plan,
  say: (line: string) => void,
): Promise<PeerResult> {
  const heard = () => new Set(peer.arrived.map(({ slave }) => slave)).size === LOAD.slaves;
  await until('a poll of each slave at the sink', heard, { limitMs: START_LIMIT_MS });
  await pause(plan.warmUp);
  say(`calm for ${plan.steady} s`);
  const calm = await calmCost(peer, slaves, plan.steady);
  const beside = peer.beside?.();
  // What was lost while it started is not of the outage.
  const from = (await slaves.log()).answered.map((numbers) => numbers.at(-1) ?? 0);
  const { away, kill, back, end } = plan.outage;
  say(`sink away from second ${away} to ${back}, SIGKILL at ${kill}`);
  await pause(away);
  peer.cut();
  await pause(kill - away);
  await peer.killAndRestart();
  await pause(back - kill);
  peer.mend();
  await pause(end - back);
  const { answered } = await slaves.silence();
  await drained(peer, answered, from);
  const { lost, duplicates, unknown, ...verdict } = verdictOf(answered, peer.arrived, from);
  if (unknown > 0) throw new Error(`${unknown} polls arrived that no slave answered`);
  say(`${lost} of ${verdict.answered} lost, ${duplicates} twice`);
  return {
    figures: { ...calm.figures, lostAfterKill: lost, duplicatesAfterKill: duplicates },
    detail: [`${verdict.answered} polls answered around the outage`, `${calm.processes} processes`, beside]
      .filter((part) => part !== undefined)
      .join('; '),
  };
}

async function calmCost({ processGroup }: RunningPeer, slaves: RecordingSlaves, seconds: number) {
  const [before, log, beganMs] = [costOfGroup(processGroup), await slaves.log(), performance.now()];
  let rssMb = before.rssMb;
  while (performance.now() - beganMs < seconds * 1_000) {
    await pause(SAMPLE_SECONDS);
    rssMb = Math.max(rssMb, costOfGroup(processGroup).rssMb);
  }
  const [after, { registers }] = [costOfGroup(processGroup), await slaves.log()];
  const elapsed = (performance.now() - beganMs) / 1_000;
  return {
    processes: after.processes,
    figures: {
      registersPerSecond: Math.round((registers - log.registers) / elapsed),
      cpuSecondsPerMinute: rounded(((after.cpuSeconds - before.cpuSeconds) / elapsed) * 60, 2),
      rssMb: rounded(rssMb),
    },
  };
}

/** Until all is there, or nothing more comes. */
async function drained(peer: RunningPeer, answered: readonly number[][], from: readonly number[]): Promise<void> {
  let [seen, sinceMs] = [-1, performance.now()];
  const done = () => {
    if (peer.arrived.length !== seen) [seen, sinceMs] = [peer.arrived.length, performance.now()];
    return verdictOf(answered, peer.arrived, from).lost === 0 || performance.now() - sinceMs > QUIET_MS;
  };
  await until('the last poll at the sink', done, { limitMs: DRAIN_LIMIT_MS, everyMs: 500 });
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
