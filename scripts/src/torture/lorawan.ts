import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RadioTorture } from './radio-torture.ts';

/**
 * Kills a gateway again and again while devices talk to it through two antennas and an attacker replays whatever was on
 * the air; then counts what the disk holds against what was heard.
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
  const directory = mkdtempSync(join(tmpdir(), 'vigie-torture-'));
  const torture = new RadioTorture(directory, Number(values.seed));
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    await torture.cycle();
    if (!values.json && cycle % 50 === 0) console.error(`${cycle} of ${cycles}`);
  }
  const verdict = await torture.verdict();
  rmSync(directory, { recursive: true });
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  console.log(JSON.stringify({ cycles, ...verdict, seconds }));
  const { lost, duplicates, replaysAccepted, countersReused } = verdict;
  if (lost + duplicates + replaysAccepted + countersReused > 0) process.exitCode = 1;
}

await main();
