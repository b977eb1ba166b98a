import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runTorture } from './torture.ts';

const CYCLE_MS = 5_000;
const MEGABYTE = 1_048_576;
const MAX_GROWTH_MB = 15;
const MAX_WAL_MB = 8;
const rss: number[] = [];
let largestWal = 0;

/** A city that speaks as much in a minute as a real one in an hour: memory stays flat, the write-ahead log bounded. */
process.exitCode = await runTorture({
  name: 'soak',
  cycles: 4,
  city: ['--devices', '100', '--interval-ms', '1000', '--modbus-interval-ms', '500', '--speed', '60'],
  cycle: async ({ district }) => {
    await new Promise((resolve) => setTimeout(resolve, CYCLE_MS));
    rss.push((await district.agentStatus()).rssBytes);
    const folder = join(district.agentData, 'outbox');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('-wal'))) {
      largestWal = Math.max(largestWal, statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
    }
  },
  figures: async () => {
    // The first quarter warms up.
    const settled = rss.slice(Math.floor(rss.length / 4));
    const growthMb = Math.round((Math.max(...settled.slice(-3)) - (settled[0] ?? 0)) / MEGABYTE);
    const largestWalMb = Math.round((largestWal / MEGABYTE) * 10) / 10;
    return {
      figures: { growthMb, largestWalMb, peakRssMb: Math.round(Math.max(...rss) / MEGABYTE) },
      ok: growthMb < MAX_GROWTH_MB && largestWalMb < MAX_WAL_MB,
    };
  },
});
process.exit();
