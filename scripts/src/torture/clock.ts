import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

/** By Debian's faketime; the certificates are not valid at such a time, so that everything waits for the right one. */
const WRONG_CLOCKS = ['-1y', '+10y'];

/** The clock is a year behind and ten years ahead: records keep their order by seq and say that their time is in doubt. */
process.exitCode = await runTorture({
  name: 'clock',
  cycles: 2,
  cycle: async ({ district, stored }, cycle) => {
    await district.killAgent();
    const before = stored.read().length;
    district.startAgent(['faketime', '-f', WRONG_CLOCKS[cycle % WRONG_CLOCKS.length] ?? '-1y'], 'auto');
    await until('records at the wrong time', () => stored.read().length > before + 50, { limitMs: 30_000 });
    await district.killAgent();
    district.startAgent();
  },
  figures: async ({ district }) => {
    const history = await district.history();
    const doubted = history.filter(({ reasons }) => reasons?.includes('clockNotTrusted')).length;
    const inOrder = orderBySeq(history.map(({ id }) => id));
    return { figures: { doubted, outOfOrder: inOrder }, ok: doubted > 0 && inOrder === 0 };
  },
});
process.exit();

/** How many records of an epoch are stored behind one with a higher sequence number. */
function orderBySeq(ids: readonly string[]): number {
  const highest = new Map<string, number>();
  let wrong = 0;
  for (const id of ids) {
    const [, epoch = '', seq = '0'] = id.split(':');
    if (Number(seq) < (highest.get(epoch) ?? 0)) wrong += 1;
    highest.set(epoch, Math.max(highest.get(epoch) ?? 0, Number(seq)));
  }
  return wrong;
}
