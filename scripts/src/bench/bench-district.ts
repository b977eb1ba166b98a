import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutboxRecord } from '@vigie/contract';
import { SegmentStore } from '../../../agent/src/buffer/segment-store.ts';
import { District, type DistrictOptions } from '../demo/district.ts';
import { until } from '../demo/program.ts';

const MAX_SEGMENT_RECORDS = 16_384;
const RECORDS_PER_TRANSACTION = 4_000;

/** A whole district of real programs in a temporary folder, for as long as the bench runs. */
export async function withDistrict<T>(
  city: readonly string[],
  bench: (district: District, folder: string) => Promise<T>,
  options: Partial<DistrictOptions> = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  const say = (line: string) => process.stderr.write(`· ${line}\n`);
  const district = new District({ folder, httpPort: 0, mqttPort: 0, city, say, ...options });
  try {
    await district.start();
    return await bench(district, folder);
  } finally {
    await district.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the agent has applied its configuration and nothing is left to send but what the city says just now. */
export async function settled(district: District, atMostRecords = 20): Promise<void> {
  const ready = async () => {
    const { config, outbox, ledger } = await district.agentStatus();
    return config.applied > 0 && outbox.records <= atMostRecords && (ledger.buffer?.out ?? 0) > 0;
  };
  await until('the agent to be in step', () => ready().catch(() => false), { limitMs: 120_000, everyMs: 100 });
}

/** Puts records into the buffer of an agent that is not running, as an agent that was offline would have. */
export function fillOutbox(dataDirectory: string, records: Iterable<OutboxRecord>): void {
  const store = new SegmentStore({
    directory: join(dataDirectory, 'outbox'),
    maxSegmentRecords: MAX_SEGMENT_RECORDS,
    newEpoch: () => randomBytes(10).toString('hex'),
  });
  store.open();
  let group: { device: string; body: string }[] = [];
  const flush = () => {
    if (group.length > 0) store.append('reading', group);
    group = [];
  };
  for (const record of records) {
    group.push({ device: 'device' in record ? (record.device ?? '') : '', body: JSON.stringify(record) });
    if (group.length >= RECORDS_PER_TRANSACTION) flush();
  }
  flush();
  store.close();
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
