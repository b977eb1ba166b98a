import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchHead, decodeBatch, encodeBatch } from './batch-payload.ts';
import { decodeColumns, encodeColumns } from './columns.ts';

const head: BatchHead = { v: 1, epoch: 'epoch0001', lane: 'live', batch: 1, sentAt: 1_790_000_000_000 };
const meter = (device: string, at: number, volume: number) => ({
  kind: 'readings',
  device,
  priority: 'reading',
  times: { receivedAt: at, clock: 'gateway', trusted: true },
  link: { fCnt: volume % 7, dataRate: 'SF7BW125', frequencyHz: 868_100_000, rssiDbm: -97, snrDb: 7.5, receptions: 1 },
  codec: { id: 'axioma/qalcosonic-w1', version: 1 },
  readings: [
    { quantity: 'water.volume', value: volume },
    { quantity: 'wx.temp', value: volume / 10 },
  ],
});

describe('encodeBatch', () => {
  it('gives back exactly what was sent in either format', () => {
    const records = Array.from({ length: 300 }, (_, i) => ({
      seq: i + 1,
      record: meter(`m-${i % 40}`, 1_790_000_000_000 + i * 813, 1_000 + i),
    }));
    for (const format of ['json', 'columns'] as const) {
      const decoded = decodeBatch(encodeBatch(head, records, format));
      expect(decoded).toEqual({ ok: true, batch: { ...head, records } });
    }
    expect(encodeBatch(head, records, 'columns').length).toBeLessThan(encodeBatch(head, records, 'json').length / 15);
  });

  it('is lossless for any JSON, numbers to the last bit', () => {
    const record = fc.oneof(
      fc.jsonValue(),
      fc.record({ device: fc.string(), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (values) => {
        const records = values.map((value, index) => ({
          seq: index * 3 + 1,
          record: JSON.parse(JSON.stringify(value)),
        }));
        const decoded = decodeColumns(encodeColumns(records));
        expect(decoded.map(({ record: value }) => JSON.stringify(value))).toEqual(
          records.map(({ record: value }) => JSON.stringify(value)),
        );
      }),
      { seed: 20261121, numRuns: 1_000 },
    );
  });

  it('does not grow beyond its limit, whatever a few bytes claim', () => {
    const big = { message: 'x'.repeat(100_000) };
    const bomb = encodeBatch(
      head,
      Array.from({ length: 1_000 }, (_, i) => ({ seq: i + 1, record: big })),
      'columns',
    );
    expect(bomb.length).toBeLessThan(10_000);
    expect(decodeBatch(bomb)).toMatchObject({ ok: false });
  });

  it('refuses damaged bytes with a word and never throws', () => {
    const good = encodeBatch(
      head,
      Array.from({ length: 20 }, (_, i) => ({ seq: i + 1, record: meter('m', i, i) })),
      'columns',
    );
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
        const damaged = cut
          ? good.slice(0, at)
          : Uint8Array.from(good, (byte, index) => (index === at ? byte ^ flip : byte));
        expect(typeof decodeBatch(damaged).ok).toBe('boolean');
      }),
      { seed: 20261121, numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeColumns(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { seed: 20261121, numRuns: 2_000 },
    );
  });
});
