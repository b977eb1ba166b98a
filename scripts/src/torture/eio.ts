import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../demo/program.ts';
import { ImageDisk, mountTmpfs, requireRoot, unmount } from './disk.ts';
import { runTorture } from './torture.ts';

requireRoot('eio');

/** What the card still takes before its writes fail. */
const LEFT_BYTES = 2_500_000;

/**
 * The card takes no more writes: the image behind the agent's disk lies on a tmpfs that is smaller than it, so that from
 * some block on every write ends in an I/O error. What could not be written is never called stored, and the agent lives.
 */
process.exitCode = await runTorture({
  name: 'eio',
  cycles: 1,
  city: ['--devices', '60', '--interval-ms', '60', '--modbus-interval-ms', '500', '--speed', '60'],
  prepare: async ({ folder }) => {
    const small = join(folder, 'small');
    mountTmpfs(small, '24m');
    mkdirSync(join(folder, 'agent'), { recursive: true });
    new ImageDisk(small, join(folder, 'agent'), 64).mount();
    const { bavail, bsize } = statfsSync(small);
    writeFileSync(join(small, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - LEFT_BYTES)));
  },
  cycle: async ({ district }) => {
    district.backhaul.cut();
    const failed = async () => ((await district.agentStatus()).ledger.buffer?.dropped.BUFFER_FAILED ?? 0) > 0;
    await until('the first write to fail', failed, { limitMs: 240_000, everyMs: 1_000 });
    district.backhaul.mend();
    const drained = async () => (await district.agentStatus()).outbox.records < 300;
    await until('what was stored to be sent', drained, { limitMs: 90_000, everyMs: 500 });
  },
  figures: async ({ district }) => {
    const refused = (await district.agentStatus()).ledger.buffer?.dropped.BUFFER_FAILED ?? 0;
    return { figures: { refused }, ok: refused > 0 };
  },
  cleanUp: async ({ folder }) => {
    unmount(join(folder, 'agent'));
    unmount(join(folder, 'small'));
  },
});
process.exit();
