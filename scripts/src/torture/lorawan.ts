import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OverlapTorture } from './overlap/overlap-torture.ts';

/**
 * Two gateways that hear the same devices, and their fleet server, are killed again and again while homes move, dead
 * homes are replaced, devices join and an attacker replays whatever was on the air; then counts what the server holds.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const cycles = Number(values.cycles);
  const beganMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'vigie-torture-'));
  const torture = await OverlapTorture.start(folder, Number(values.seed));
  try {
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      await torture.cycle();
      if (!values.json && cycle % 50 === 0) process.stderr.write(`${cycle} of ${cycles}\n`);
    }
    const verdict = await torture.verdict();
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    process.stdout.write(`${JSON.stringify({ torture: 'lorawan', cycles, ...verdict, seconds })}\n`);
    const { lost, duplicates, replaysAccepted, wrongHomes, countersReused } = verdict;
    if (lost + duplicates + replaysAccepted + wrongHomes + countersReused > 0) process.exitCode = 1;
  } finally {
    await torture.stop();
    if (process.env.VIGIE_TORTURE_KEEP === undefined) rmSync(folder, { recursive: true });
    else process.stderr.write(`${folder}\n`);
  }
}

await main();
