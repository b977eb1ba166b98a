import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Measured, Rules } from './bench.ts';
import { type GatewayUnderTest, startGateway } from './gateway-under-test.ts';
import { benchDevices, type LoadOrder, type LoadResult } from './radio-load.ts';

const DEVICES = 2_000;
const WARM_UP_FRAMES = 2;
const FRAMES = 20;
const RATE_PER_SECOND = 500;
const HANDOFF_FRAMES = 4;
const ANSWER_EVERY = 10;
const SLOW_FSYNC_MS = 500;

const RULES = {
  uplinksPerSecond: { beside: ['crypto', 'json'], atLeast: 0.12 },
  // What the protocol leaves: RX1 opens a second after the uplink.
  rx1HandoffP99Ms: { atMost: 100 },
  rx1HandoffP99SlowFsyncMs: { atMost: 700 },
  rx1Missed: { atMost: 0 },
  rx1MissedSlowFsync: { atMost: 0 },
} satisfies Rules;

/**
 * How many uplinks a second the agent takes from the datagram to the durable record, and how soon an answer is in the
 * forwarder's hands. The load comes from a process of its own; the rate counts the agent's processor time on all its
 * threads as if one core did all of it.
 */
export const lorawanBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const load = fork(new URL('./radio-load.ts', import.meta.url));
  const uplinksPerSecond = await measureRate(load);
  const fast = await measureHandoff(load, 0);
  const slow = await measureHandoff(load, SLOW_FSYNC_MS);
  load.disconnect();
  return {
    figures: {
      uplinksPerSecond: Math.round(uplinksPerSecond),
      rx1HandoffP99Ms: round(fast.p99Ms),
      rx1HandoffP99SlowFsyncMs: round(slow.p99Ms),
      rx1Missed: fast.missed,
      rx1MissedSlowFsync: slow.missed,
    },
    conditions: {
      rate: `${DEVICES} devices, ${FRAMES} frames each, from datagram to durable record`,
      handoff: `${RATE_PER_SECOND} uplinks a second, every tenth answered; slow: each fsync takes ${SLOW_FSYNC_MS} ms`,
    },
  };
}

async function measureRate(load: ChildProcess): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  const gateway = await startGateway({ directory, devices: benchDevices(DEVICES) });
  const { port } = gateway;
  await run(load, { port, devices: DEVICES, fCntFrom: 0, frames: WARM_UP_FRAMES, answerEvery: 0 });
  await durable(gateway, DEVICES * WARM_UP_FRAMES);
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const running = run(load, { port, devices: DEVICES, fCntFrom: WARM_UP_FRAMES, frames: FRAMES, answerEvery: 0 });
  await durable(gateway, DEVICES * (WARM_UP_FRAMES + FRAMES));
  const wallSeconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await running;
  await gateway.stop();
  rmSync(directory, { recursive: true });
  return (DEVICES * FRAMES) / Math.max(wallSeconds, (user + system) / 1e6);
}

async function measureHandoff(load: ChildProcess, fsyncMs: number): Promise<{ p99Ms: number; missed: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  const gateway = await startGateway({ directory, devices: benchDevices(DEVICES), fsyncMs });
  const { port } = gateway;
  const order = { port, devices: DEVICES, perSecond: RATE_PER_SECOND };
  // Each device is heard once before, so that its first downlink counters are reserved.
  await run(load, { ...order, fCntFrom: 0, frames: 1, answerEvery: 0 });
  const result = await run(load, {
    ...order,
    fCntFrom: 1,
    frames: HANDOFF_FRAMES,
    answerEvery: ANSWER_EVERY,
  });
  await gateway.stop();
  rmSync(directory, { recursive: true });
  const sorted = [...result.rx1HandoffMs].sort((a, b) => a - b);
  const p99Ms = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
  return { p99Ms, missed: result.asked - result.rx1HandoffMs.length };
}

/** Waits until so many uplinks are on the disk. */
async function durable({ ledger }: GatewayUnderTest, uplinks: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { out, dropped } = ledger.snapshot()['lorawan.frames'] ?? { out: 0, dropped: {} };
    if (out >= uplinks) return;
    if (performance.now() > deadline)
      throw new Error(`${out} of ${uplinks} uplinks came through: ${JSON.stringify(dropped)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function run(load: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  load.send(order);
  const [result] = await once(load, 'message');
  return result as LoadResult;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
