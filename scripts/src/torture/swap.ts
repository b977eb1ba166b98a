import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SwapTorture } from './swap/swap-torture.ts';

/**
 * Gateways, alone and with neighbours, are killed and replaced by fresh boxes under the same identity; then counts which
 * frames the server does not hold and which devices are not heard or cannot be commanded.
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
  const torture = await SwapTorture.start(folder, Number(values.seed));
  try {
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      await torture.cycle();
      if (!values.json && cycle % 10 === 0) process.stderr.write(`${cycle} of ${cycles}\n`);
    }
    const verdict = await torture.verdict();
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    process.stdout.write(`${JSON.stringify({ torture: 'swap', cycles, ...verdict, seconds })}\n`);
    const { lost, deaf, twice, countersReused, joinsReplayed } = verdict;
    if (lost + deaf + twice + countersReused + joinsReplayed > 0) process.exitCode = 1;
  } finally {
    await torture.stop();
    if (process.env.VIGIE_TORTURE_KEEP === undefined) rmSync(folder, { recursive: true });
    else process.stderr.write(`${folder}\n`);
  }
}

await main();
