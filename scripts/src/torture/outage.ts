import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

/** The city's clock runs so much faster than ours: a day of it takes 11 seconds. */
const SPEED = 8_000;
const DAY_MS = 86_400_000 / SPEED;
/** Every device says something every quarter of an hour of the city's time. */
const INTERVAL_MS = Math.round((15 * 60_000) / SPEED);
/** What is heard while the days before are still on their way is with the platform in this time, however busy the machine. */
const LIVE_P99_MS = 5_000;
/** Of a week of the city's records: facts of reliability, 6. */
const DRAIN_LIMIT_MS = 3_600_000;

const live: number[] = [];
let historical = 0;
let backlog = 0;
let drainMs = 0;

/**
 * The backhaul is gone for days (`--cycles`, of the city's time): polling and hearing go on, all of it arrives in the end, and
 * what is heard while the backlog drains does not queue behind it.
 */
process.exitCode = await runTorture({
  name: 'outage',
  cycles: 7,
  city: [
    ...['--devices', '24', '--interval-ms', String(INTERVAL_MS), '--modbus-interval-ms', String(INTERVAL_MS)],
    ...['--speed', String(SPEED)],
  ],
  cycle: async ({ district, pause, cycles }, cycle) => {
    if (cycle === 1) district.backhaul.cut();
    await pause(DAY_MS, DAY_MS);
    if (cycle < cycles) return;
    backlog = (await district.agentStatus()).outbox.records;
    district.subscriber.listen((message) => {
      if (message.historical) historical += 1;
      else live.push(Date.now() - Date.parse(message.receivedAt));
    });
    district.backhaul.mend();
    await until('the link', async () => (await district.agentStatus()).link.up, { limitMs: 120_000, everyMs: 250 });
    const mendedAt = performance.now();
    await until('the backlog to drain', async () => (await district.agentStatus()).link.backlog < 100, {
      limitMs: DRAIN_LIMIT_MS,
      everyMs: 250,
    });
    drainMs = performance.now() - mendedAt;
  },
  figures: async () => {
    const liveP99Ms = live.sort((a, b) => a - b)[Math.floor(live.length * 0.99)] ?? Number.NaN;
    const figures = { backlog, historical, live: live.length, liveP99Ms, drainMs: Math.round(drainMs) };
    return { figures, ok: historical > 0 && liveP99Ms <= LIVE_P99_MS && drainMs < DRAIN_LIMIT_MS };
  },
});
process.exit();
