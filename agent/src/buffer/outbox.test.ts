import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutboxRecord } from '@vigie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imbalanceOf, Stage } from '../ledger.ts';
import { outboxStorage } from '../storage/outbox-storage.ts';
import { Storage } from '../storage/storage.ts';
import { DEFAULT_OUTBOX_LIMITS, type DurableRecord, Outbox, type OutboxLimits } from './outbox.ts';

const reading = (device: string, value: number, priority: 'reading' | 'bulk' | 'alarm' = 'reading'): OutboxRecord => ({
  kind: 'readings',
  device,
  priority,
  times: { receivedAt: 1, clock: 'gateway', trusted: true },
  codec: { id: 'a/b', version: 1 },
  readings: [{ quantity: 'water.volume', value }],
});

describe('Outbox', () => {
  let directory: string;
  let storage: Storage;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'vigie-outbox-'));
  });
  afterEach(async () => {
    await storage.close();
    rmSync(directory, { recursive: true });
  });

  async function open(limits: Partial<OutboxLimits> = {}, maxSegmentRecords = 100) {
    storage = new Storage();
    const report = await storage.call('openOutbox', directory, maxSegmentRecords);
    const stage = new Stage('buffer');
    const outbox = new Outbox(outboxStorage(storage), report, stage, {
      ...DEFAULT_OUTBOX_LIMITS,
      commitDelayMs: 2,
      ...limits,
    });
    return { outbox, report, stage };
  }

  const segments = () => readdirSync(directory).filter((name) => name.endsWith('.sqlite'));

  it('numbers records, shares commits and gives them back in order', async () => {
    const { outbox, stage } = await open();
    const live: DurableRecord[][] = [];
    outbox.onDurable((records) => live.push(records));
    const outcomes = await Promise.all(Array.from({ length: 250 }, (_, i) => outbox.append(reading('m', i))));
    expect(outcomes.map((outcome) => outcome.ok && outcome.seq)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect(live.length).toBeLessThan(20);
    const [first] = outcomes;
    if (!first?.ok) throw new Error('refused');
    const rows = await outbox.read(first.epoch, { from: 90, to: 110 }, 1e6);
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 90));
    expect(JSON.parse(rows[0]?.body ?? '')).toEqual(reading('m', 89));
    expect(imbalanceOf(stage.snapshot())).toBe(0);
  });

  it('leaves no hole where the limit of bytes ends a read before the end of a file', async () => {
    const { outbox } = await open({ maxCommit: 100 });
    const [first] = await Promise.all(Array.from({ length: 250 }, (_, i) => outbox.append(reading('m', i))));
    if (!first?.ok) throw new Error('refused');
    expect(segments().length).toBeGreaterThan(1);
    const bytes = JSON.stringify(reading('m', 100)).length;
    const rows = await outbox.read(first.epoch, { from: 81, to: 250 }, bytes * 10.5);
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: rows.length }, (_, i) => i + 81));
    expect(rows.length).toBeLessThan(20);
  });

  it('keeps what was not acknowledged over a restart, in a new epoch, with its marks', async () => {
    const { outbox } = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) => outbox.append(reading('m', i), { key: 'fcnt', value: 100 + i })),
    );
    const [first] = outcomes;
    if (!first?.ok) throw new Error('refused');
    await outbox.settle(first.epoch, [{ from: 1, to: 10 }]);
    await storage.close();

    const { outbox: second, report, stage } = await open();
    expect(report.marks).toEqual(new Map([['fcnt', 129]]));
    expect(second.takeRecovered()).toEqual([{ stream: 'reading', epoch: first.epoch, ranges: [{ from: 11, to: 30 }] }]);
    const next = await second.append(reading('m', 99));
    expect(next.ok && next.epoch).not.toBe(first.epoch);
    await second.settle(first.epoch, [{ from: 11, to: 30 }]);
    expect(stage.snapshot()).toMatchObject({ in: 21, out: 20, held: 1 });
    expect(segments()).toHaveLength(1);
    await storage.close();
    expect((await open()).report.marks).toEqual(new Map([['fcnt', 129]]));
  });

  it('reclaims by unlinking whole files', async () => {
    const { outbox } = await open({}, 10);
    let epoch = '';
    for (let i = 0; i < 35; i++) {
      const outcome = await outbox.append(reading('m', i));
      if (outcome.ok) epoch = outcome.epoch;
    }
    expect(segments()).toHaveLength(4);
    await outbox.settle(epoch, [{ from: 1, to: 25 }]);
    expect(segments()).toHaveLength(2);
  });

  it('drops bulk first, then readings, alarms last, and counts by device', async () => {
    const { outbox, stage } = await open({ maxBytes: 1 }, 1_000);
    const evicted: string[] = [];
    outbox.onEvicted(({ stream, byDevice }) => evicted.push(`${stream} ${JSON.stringify([...byDevice])}`));
    await outbox.append(reading('alarm', 1, 'alarm'));
    await outbox.append(reading('meter', 1));
    await outbox.append(reading('meter', 2));
    await outbox.append(reading('bulky', 1, 'bulk'));
    await outbox.trim(undefined);
    expect(evicted.sort()).toEqual([
      'bulk [["bulky",1]]',
      'reading [["meter",1]]',
      'reading [["meter",1]]',
      'urgent [["alarm",1]]',
    ]);
    expect(stage.snapshot()).toMatchObject({ in: 4, dropped: { BUFFER_FULL: 4 }, held: 0 });
  });

  it('refuses what it cannot queue, and says so', async () => {
    const { outbox, stage } = await open({ maxQueued: 5, commitDelayMs: 50 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => outbox.append(reading('m', i))));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(5);
    expect(stage.snapshot().dropped).toEqual({ BUFFER_OVERLOAD: 3 });
    expect(imbalanceOf(stage.snapshot())).toBe(0);
  });
});
