import { percentile } from '../process-cost.ts';

const SPELLS = 5;
const SPELL_MS = 400;
const WARM_UP_MS = 300;

/** How often two ways of doing the same were done, by second and by second of this process's processor. */
export interface Rates {
  perSecond: number;
  perCpuSecond: number;
}

export type Work = () => void | Promise<void>;

/** Lets both work in turns, so that what else the machine does strikes both; the middle of five spells each. */
export async function alternately(ours: Work, theirs: Work): Promise<{ ours: Rates; theirs: Rates }> {
  await spell(ours, WARM_UP_MS);
  await spell(theirs, WARM_UP_MS);
  const rates: { ours: Rates[]; theirs: Rates[] } = { ours: [], theirs: [] };
  for (let turn = 0; turn < SPELLS; turn += 1) {
    rates.ours.push(await spell(ours, SPELL_MS));
    rates.theirs.push(await spell(theirs, SPELL_MS));
  }
  return { ours: middleOf(rates.ours), theirs: middleOf(rates.theirs) };
}

async function spell(work: Work, forMs: number): Promise<Rates> {
  const [cpu, beganMs] = [process.cpuUsage(), performance.now()];
  let done = 0;
  let elapsedMs = 0;
  for (; elapsedMs < forMs; elapsedMs = performance.now() - beganMs) {
    await work();
    done += 1;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (done * 1_000) / elapsedMs, perCpuSecond: (done * 1e6) / (user + system) };
}

function middleOf(rates: readonly Rates[]): Rates {
  return {
    perSecond: percentile(
      rates.map(({ perSecond }) => perSecond),
      0.5,
    ),
    perCpuSecond: percentile(
      rates.map(({ perCpuSecond }) => perCpuSecond),
      0.5,
    ),
  };
}
