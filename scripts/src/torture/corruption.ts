import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

const PAGE_BYTES = 4_096;
const LIMIT_MS = 30_000;
let slowestStartMs = 0;
let corruptedFiles = 0;

/**
 * Random pages of the buffer's files are overwritten while the agent is down: it sets aside what it cannot trust and runs
 * again at once. What lay in those files is lost, nothing else, and nothing comes twice.
 */
process.exitCode = await runTorture({
  name: 'corruption',
  cycles: 5,
  loss: 'judged',
  cycle: async ({ district, random, pause, stored }) => {
    district.backhaul.cut();
    await pause(500, 1_500);
    await district.killAgent();
    const folder = join(district.agentData, 'outbox');
    const files = readdirSync(folder).filter((name) => name.endsWith('.sqlite') || name.endsWith('-wal'));
    const file = files[Math.floor(random() * files.length)];
    if (file !== undefined && overwritePage(join(folder, file), random)) corruptedFiles += 1;
    const storedBefore = stored.read().length;
    const startedMs = performance.now();
    district.startAgent();
    await until('the agent to store again', () => stored.read().length > storedBefore, { limitMs: LIMIT_MS });
    slowestStartMs = Math.max(slowestStartMs, performance.now() - startedMs);
    district.backhaul.mend();
  },
  figures: async ({ district }, { lost }) => {
    const quarantined = quarantinedFiles(join(district.agentData, 'outbox/quarantine'));
    const figures = { corruptedFiles, quarantined, slowestStartMs: Math.round(slowestStartMs) };
    return { figures, ok: slowestStartMs < LIMIT_MS && (lost === 0 || quarantined > 0) };
  },
});
process.exit();

function overwritePage(path: string, random: () => number): boolean {
  const pages = Math.floor(statSync(path).size / PAGE_BYTES);
  if (pages === 0) return false;
  const descriptor = openSync(path, 'r+');
  const noise = Buffer.from(Array.from({ length: PAGE_BYTES }, () => Math.floor(random() * 256)));
  writeSync(descriptor, noise, 0, PAGE_BYTES, Math.floor(random() * pages) * PAGE_BYTES);
  closeSync(descriptor);
  return true;
}

function quarantinedFiles(folder: string): number {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.sqlite')).length;
  } catch {
    return 0;
  }
}
