import { join } from 'node:path';
import { type District, TENANT } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import { mountTmpfs, requireRoot, unmount } from './disk.ts';
import { runTorture } from './torture.ts';

requireRoot('disk-full');

const IN_FLIGHT = 100;

/** The disk fills while the backhaul is cut: no crash, the drop policy, and every drop reported upstream. */
process.exitCode = await runTorture({
  name: 'disk-full',
  cycles: 2,
  loss: 'judged',
  city: ['--devices', '60', '--interval-ms', '60', '--modbus-interval-ms', '500', '--speed', '60'],
  prepare: async ({ folder }) => mountTmpfs(join(folder, 'agent'), '3m'),
  cycle: async ({ district, stored }) => {
    const before = await dropped(district);
    district.backhaul.cut();
    await until('the disk to fill', async () => (await dropped(district)) > before, {
      limitMs: 180_000,
      everyMs: 1_000,
    });
    const storedBefore = stored.read().length;
    await until('records to be stored again', () => stored.read().length > storedBefore + 200, { limitMs: 30_000 });
    district.backhaul.mend();
    const drained = async () => (await district.agentStatus()).outbox.records < 300;
    await until('the backlog to drain', drained, { limitMs: 90_000, everyMs: 500 });
  },
  // What was on its way when the link was cut may have arrived: it is reported with its file, and not lost.
  figures: async ({ district }, { lost }) => {
    const dropsReported = await reportedGaps(district);
    const delivered = dropsReported - lost;
    return { figures: { dropsReported, delivered }, ok: lost > 0 && delivered >= 0 && delivered <= IN_FLIGHT };
  },
  cleanUp: async ({ folder }) => unmount(join(folder, 'agent')),
});
process.exit();

async function dropped(district: District): Promise<number> {
  return (await district.agentStatus()).ledger.buffer?.dropped.BUFFER_FULL ?? 0;
}

/** Records that gap events told of, page by page. */
async function reportedGaps(district: District): Promise<number> {
  let reported = 0;
  for (let before = ''; ; ) {
    const { items } = await district.api.get<{ items: { id: number; code: string; message?: string }[] }>(
      `/tenants/${TENANT}/events?limit=1000${before}`,
    );
    for (const { code, message } of items) if (code === 'BUFFER_FULL') reported += Number.parseInt(message ?? '0', 10);
    const last = items.at(-1);
    if (!last || items.length < 1_000) return reported;
    before = `&before=${last.id}`;
  }
}
