import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { BoundedLog } from './bounded-log.ts';

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const time = { ms: 0 };
  const clock = { now: () => time.ms, monotonicMs: () => time.ms, trusted: () => true };
  return { lines, time, bounded: new BoundedLog(log, clock, { lines: 2, windowMs: 1_000 }) };
}

describe('BoundedLog', () => {
  it('writes a few lines a window and tells afterwards how many it kept back', () => {
    const { lines, time, bounded } = setUp();
    for (let i = 0; i < 100; i += 1) bounded.warn('LORAWAN_MIC_INVALID', { i });
    expect(lines.map((line) => line.i)).toEqual([0, 1]);
    time.ms = 1_000;
    bounded.warn('LORAWAN_MIC_INVALID', { i: 100 });
    expect(lines.at(-1)).toMatchObject({ code: 'LORAWAN_MIC_INVALID', i: 100, suppressed: 98 });
  });

  it('keeps one code from silencing another', () => {
    const { lines, bounded } = setUp();
    for (let i = 0; i < 5; i += 1) bounded.warn('LORAWAN_CRC');
    bounded.warn('LORAWAN_MIC_INVALID');
    expect(lines.map((line) => line.code)).toEqual(['LORAWAN_CRC', 'LORAWAN_CRC', 'LORAWAN_MIC_INVALID']);
  });
});
