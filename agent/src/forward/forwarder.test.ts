import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { imbalanceOf, Stage } from '../ledger.ts';
import { RangeSet } from '../range-set.ts';
import { Forwarder, type ForwarderLimits } from './forwarder.ts';
import { UplinkPolicy } from './uplink-policy.ts';

interface Sent {
  lane: 'live' | 'backlog';
  batch: number;
  epoch: string;
  records: { seq: number }[];
}

/** A forwarder between a disk that knows which records wait and a server that the test plays. */
class Bench {
  readonly sent: Sent[] = [];
  readonly onDisk = new Map<string, RangeSet>();
  readonly resets: string[] = [];
  readonly stage = new Stage('forward');
  readonly forwarder: Forwarder;
  now = 0;
  readonly clock = { now: () => this.now, monotonicMs: () => this.now, trusted: () => true };
  readonly policy = new UplinkPolicy(this.clock);

  constructor(limits: Partial<ForwarderLimits> = {}) {
    this.forwarder = new Forwarder(
      {
        gateway: 'gw-1',
        format: 'json',
        publish: (_topic, payload) => this.sent.push(JSON.parse(Buffer.from(payload).toString())),
        bufferedBytes: () => 0,
        reset: (reason) => this.resets.push(reason),
        read: async (epoch, { from, to }) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i)
            .filter((seq) => this.onDisk.get(epoch)?.has(seq))
            .map((seq) => ({ seq, body: '{}' })),
        settle: async (epoch, ranges) => {
          for (const { from, to } of ranges) this.onDisk.get(epoch)?.remove(from, to);
        },
        clock: this.clock,
        policy: this.policy,
        stage: this.stage,
        rejected: () => undefined,
        log: { warn: () => undefined, bug: () => () => undefined },
      },
      ['urgent', 'reading', 'bulk'],
      limits,
    );
  }

  store(epoch: string, from: number, to: number, stream = 'reading'): void {
    const set = this.onDisk.get(epoch) ?? new RangeSet();
    this.onDisk.set(epoch, set);
    set.add(from, to);
    this.forwarder.offer(
      Array.from({ length: to - from + 1 }, (_, i) => ({ epoch, stream, seq: from + i, record: {} })),
    );
  }

  acknowledge({ lane, batch, epoch }: Sent): void {
    this.forwarder.acknowledge({ v: 1, epoch, lane, throughBatch: batch });
  }
}

describe('Forwarder', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends the backlog from the disk and new records live, in lanes of their own', async () => {
    const bench = new Bench({ backlogWindow: 1, batchRecords: 10 });
    bench.store('epochaaaa', 1, 25);
    bench.forwarder.sessionUp();
    await vi.advanceTimersByTimeAsync(1);
    bench.store('epochaaaa', 26, 28);
    await vi.advanceTimersByTimeAsync(100);
    expect(bench.sent.map(({ lane, records }) => [lane, records.length])).toEqual([
      ['backlog', 10],
      ['live', 3],
    ]);
    for (let i = 0; i < bench.sent.length; i++) {
      bench.acknowledge(bench.sent[i] as Sent);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(bench.onDisk.get('epochaaaa')?.size).toBe(0);
    expect(imbalanceOf(bench.stage.snapshot())).toBe(0);
  });

  it('sends the urgent stream before the others', async () => {
    const bench = new Bench({ backlogWindow: 1 });
    bench.store('epochbulk', 1, 2, 'bulk');
    bench.store('epochurgent', 1, 2, 'urgent');
    bench.forwarder.sessionUp();
    await vi.advanceTimersByTimeAsync(1);
    expect(bench.sent[0]?.epoch).toBe('epochurgent');
  });

  it('gives up a session in which the server owes its word', async () => {
    const bench = new Bench({ acknowledgementTimeoutMs: 5_000 });
    bench.store('epochaaaa', 1, 1);
    bench.forwarder.sessionUp();
    await vi.advanceTimersByTimeAsync(1);
    bench.now = 6_000;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bench.resets).toEqual(['ACKNOWLEDGEMENT_TIMEOUT']);
  });

  it('ignores nonsense instead of an acknowledgement', async () => {
    const bench = new Bench();
    bench.store('epochaaaa', 1, 5);
    bench.forwarder.sessionUp();
    await vi.advanceTimersByTimeAsync(1);
    for (const nonsense of [null, 7, {}, { v: 1, epoch: 'epochaaaa', lane: 'backlog', throughBatch: 999 }]) {
      bench.forwarder.acknowledge(nonsense);
    }
    expect(bench.onDisk.get('epochaaaa')?.size).toBe(5);
  });

  it('delivers everything under any order of cuts, acknowledgements and new records', async () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('store' as const), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ op: fc.constant('up' as const) }),
      fc.record({ op: fc.constant('down' as const) }),
      fc.record({ op: fc.constant('ack' as const), pick: fc.nat() }),
      fc.record({ op: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 100 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const bench = new Bench({ batchRecords: 7, liveQueue: 10, liveWindow: 2, backlogWindow: 2 });
        const received = new Set<number>();
        let next = 1;
        let up = false;
        let sessionStart = 0;
        const acknowledge = (index: number) => {
          const batch = bench.sent[index];
          if (!batch) return;
          // The server commits in order: what it acknowledges it has with all that came before in the lane.
          for (const earlier of bench.sent.slice(sessionStart, index + 1)) {
            if (earlier.lane === batch.lane) for (const { seq } of earlier.records) received.add(seq);
          }
          bench.acknowledge(batch);
        };
        for (const action of steps) {
          if (action.op === 'store') {
            bench.store('epochaaaa', next, next + action.count - 1);
            next += action.count;
          } else if (action.op === 'up' && !up) {
            up = true;
            sessionStart = bench.sent.length;
            bench.forwarder.sessionUp();
          } else if (action.op === 'down' && up) {
            up = false;
            bench.forwarder.sessionDown();
          } else if (action.op === 'ack' && up) {
            acknowledge(sessionStart + (action.pick % Math.max(1, bench.sent.length - sessionStart)));
          } else if (action.op === 'wait') await vi.advanceTimersByTimeAsync(action.ms);
        }
        if (!up) {
          sessionStart = bench.sent.length;
          bench.forwarder.sessionUp();
        }
        for (let round = 0; round < 400 && received.size < next - 1; round++) {
          await vi.advanceTimersByTimeAsync(50);
          for (let i = sessionStart; i < bench.sent.length; i++) acknowledge(i);
        }
        expect(received.size).toBe(next - 1);
        expect(bench.onDisk.get('epochaaaa')?.size ?? 0).toBe(0);
        expect(imbalanceOf(bench.stage.snapshot())).toBe(0);
        bench.forwarder.stop();
      }),
      { seed: 20261121, numRuns: 150 },
    );
  });

  it('sends readings of a metered link in their hours only, and what is urgent at once', async () => {
    const bench = new Bench();
    bench.now = Date.parse('2026-01-01T12:00:00Z');
    bench.policy.apply({ metered: { from: '01:00', until: '03:00' } });
    bench.forwarder.sessionUp();
    bench.store('reading1', 1, 3);
    bench.store('urgent01', 1, 1, 'urgent');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bench.sent.map(({ epoch, lane }) => [epoch, lane])).toEqual([['urgent01', 'live']]);
    expect(bench.forwarder.status().backlog).toBe(3);
    for (const sent of bench.sent) bench.acknowledge(sent);
    bench.now = Date.parse('2026-01-02T01:00:00Z');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bench.sent.at(-1)).toMatchObject({ epoch: 'reading1', lane: 'backlog' });
    expect(bench.sent.at(-1)?.records).toHaveLength(3);
  });

  it('keeps to a cap of bytes, loses nothing by it, and lets what is urgent pass', async () => {
    const bench = new Bench({ acknowledgementTimeoutMs: 1e9 });
    bench.policy.apply({ maxBytesPerSecond: 200 });
    bench.forwarder.sessionUp();
    let bytes = 0;
    const counted = vi.spyOn(bench.policy, 'sent').mockImplementation((size) => {
      bytes += size;
      UplinkPolicy.prototype.sent.call(bench.policy, size);
    });
    for (let seq = 1; seq <= 300; seq++) {
      bench.store('reading1', seq, seq);
      if (seq % 100 === 0) bench.store('urgent01', seq, seq, 'urgent');
      bench.now += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
      for (const sent of bench.sent.slice(-1)) bench.acknowledge(sent);
    }
    expect(bytes).toBeLessThan(200 * 310);
    expect(bench.sent.filter(({ epoch }) => epoch === 'urgent01').length).toBe(3);
    counted.mockRestore();
    bench.policy.apply({});
    await vi.advanceTimersByTimeAsync(2_000);
    const seqs = bench.sent
      .filter(({ epoch }) => epoch === 'reading1')
      .flatMap(({ records }) => records.map(({ seq }) => seq));
    expect(new Set(seqs).size).toBe(300);
  });
});
