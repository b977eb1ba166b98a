import { describe, expect, it } from 'vitest';
import type { Reception } from '../radio.ts';
import { Deduplicator, type HeardFrame } from './deduplicator.ts';

function reception(monotonicMs: number, text: string): Reception {
  return {
    source: 'roof',
    gatewayEui: '0016c001f1500812',
    phyPayload: Buffer.from(text),
    frequencyHz: 868_100_000,
    dataRate: { modulation: 'LORA', spreadingFactor: 7, bandwidthKhz: 125 },
    antennas: [{ antenna: 0, rssiDbm: -60, snrDb: 7 }],
    receivedAt: monotonicMs,
    monotonicMs,
    context: { kind: 'counter', counterUs: 0 },
  };
}

function frameOf(added: ReturnType<Deduplicator['add']>): HeardFrame {
  if (added.addition === 'late') throw new Error('late');
  return added.frame;
}

describe('Deduplicator', () => {
  it('gathers copies until it is closed, and calls later ones late', () => {
    const deduplicator = new Deduplicator();
    const frame = frameOf(deduplicator.add(reception(0, 'a')));
    expect(deduplicator.add(reception(10, 'a'))).toEqual({ addition: 'gathered', frame });
    expect(deduplicator.gathering).toBe(2);
    expect(deduplicator.close(frame)).toBe(true);
    expect(deduplicator.close(frame)).toBe(false);
    expect(deduplicator.gathering).toBe(0);
    expect(deduplicator.add(reception(1_000, 'a')).addition).toBe('late');
  });

  it('forgets a frame before a device may repeat it', () => {
    const deduplicator = new Deduplicator({ memoryMs: 1_500 });
    deduplicator.close(frameOf(deduplicator.add(reception(0, 'a'))));
    expect(deduplicator.add(reception(1_501, 'a')).addition).toBe('first');
  });

  it('is bounded, whatever comes', () => {
    const deduplicator = new Deduplicator({ maxFrames: 10, maxReceptions: 2 });
    for (let i = 0; i < 1_000; i += 1) deduplicator.close(frameOf(deduplicator.add(reception(0, `f${i}`))));
    expect(deduplicator.add(reception(0, 'f0')).addition).toBe('first');
    deduplicator.add(reception(0, 'f0'));
    expect(deduplicator.add(reception(0, 'f0')).addition).toBe('late');
  });
});
