import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before the agent (`node --import`): it watches the delay of the main thread's event loop and, where
 * VIGIE_BENCH_COMMIT_MS says so, makes every commit block its thread for so long, as a slow card's fsync does.
 */
const RESOLUTION_MS = 2;
const WRITE_EVERY_MS = 1_000;

const { VIGIE_BENCH_PROBE: file, VIGIE_BENCH_COMMIT_MS: commitMs = '0' } = process.env;

if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  // The start is over: what counts begins now.
  process.on('SIGUSR2', () => delays.reset());
  setInterval(() => {
    // A sample is the time between two ticks of the sampler: its own interval is no delay.
    const p99Ms = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
    writeFileSync(file, JSON.stringify({ p99Ms, maxMs: delays.max / 1e6 - RESOLUTION_MS, samples: delays.count }));
  }, WRITE_EVERY_MS).unref();
}

if (Number(commitMs) > 0) {
  const exec = DatabaseSync.prototype.exec;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  DatabaseSync.prototype.exec = function (sql: string): void {
    exec.call(this, sql);
    if (sql === 'COMMIT') Atomics.wait(nobody, 0, 0, Number(commitMs));
  };
}
