import { runTorture } from './torture.ts';

const POLL_MS = 1_000;
/** Polls of one device may be so far apart: the interval and its jitter. */
const GAP_MS = 2 * POLL_MS;

/** The link is cut at random moments while Modbus is polled every second: no gap in the polls, nothing lost. */
process.exitCode = await runTorture({
  name: 'link-cut',
  cycles: 50,
  city: ['--devices', '8', '--interval-ms', '1000', '--modbus-interval-ms', String(POLL_MS), '--speed', '60'],
  cycle: async ({ district, pause }) => {
    await pause(50, 400);
    district.backhaul.cut();
    await pause(10, 100);
    district.backhaul.mend();
  },
  figures: async ({ district }) => {
    const lastAt = new Map<string, number>();
    let longestGapMs = 0;
    for (const { protocol, device, at } of district.emitted()) {
      if (protocol !== 'modbus') continue;
      longestGapMs = Math.max(longestGapMs, at - (lastAt.get(device) ?? at));
      lastAt.set(device, at);
    }
    return { figures: { longestPollGapMs: longestGapMs }, ok: longestGapMs <= GAP_MS };
  },
});
process.exit();
