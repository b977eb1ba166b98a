import { describe, expect, it } from 'vitest';
import { findDefinition } from './catalogue.ts';
import type { DecodeOutcome, LorawanDefinition } from './definition.ts';
import { fromHex } from './kernel/byte-reader.ts';
import { UplinkParts } from './uplink-parts.ts';

/** Test HydrusAES of wmbusmeters, in the frames that payload format 0 makes of it. */
const TELEGRAM =
  '6644242328001081640e7266567464a51170071f0050052c411a08674048dd6ba82a0df79ffd401309179a893a1be3ce8edc50c2a45cd7afec3b4ce765820be8056c124a17416c3722985ffff7fceb7094901ab3a16294b511b9a740c9f9911352b42a72fb3b0c';
const FRAMES = [
  [13, TELEGRAM.slice(0, 100)],
  [23, TELEGRAM.slice(100, 200)],
  [33, TELEGRAM.slice(200)],
] as const;

function definition(): LorawanDefinition {
  const found = findDefinition('diehl/hydrus');
  if (found?.protocol !== 'lorawan') throw new Error('the catalogue has no diehl/hydrus');
  return found;
}

function heard(
  frames: readonly (readonly [fCnt: number, fPort: number, hex: string])[],
  parts = new UplinkParts(),
  device = 'bridge',
): (string | number)[] {
  const outcomes = frames.map(([fCnt, fPort, hex]) =>
    parts.decode(device, fCnt, definition(), { bytes: fromHex(hex) ?? new Uint8Array(), fPort, receivedAt: 0 }),
  );
  return outcomes.map(told);
}

function told(outcome: DecodeOutcome): string | number {
  return outcome.ok ? (outcome.decoded.readings[0]?.value ?? '') : outcome.code;
}

const at = (fCnt: number, index: 0 | 1 | 2): readonly [number, number, string] => [fCnt, ...FRAMES[index]];

describe('a message in parts', () => {
  it('is decoded when its last frame is there', () => {
    expect(heard([at(7, 0), at(8, 1), at(9, 2)])).toEqual(['DECODE_PART', 'DECODE_PART', 137_291]);
  });

  it('is left out when a frame of it was lost, and the next one is whole again', () => {
    const lost = [at(7, 0), at(9, 2), at(10, 0), at(12, 1), at(13, 2), at(14, 0), at(15, 1), at(16, 2)];
    expect(heard(lost)).toEqual([
      'DECODE_PART',
      'DECODE_PART_MISSING',
      'DECODE_PART',
      'DECODE_PART_MISSING',
      'DECODE_PART_MISSING',
      'DECODE_PART',
      'DECODE_PART',
      137_291,
    ]);
  });

  it('is not mixed up with that of another device', () => {
    const parts = new UplinkParts();
    expect(heard([at(7, 0)], parts, 'one')).toEqual(['DECODE_PART']);
    expect(heard([at(8, 1), at(9, 2)], parts, 'two')).toEqual(['DECODE_PART_MISSING', 'DECODE_PART_MISSING']);
    expect(heard([at(8, 1), at(9, 2)], parts, 'one')).toEqual(['DECODE_PART', 137_291]);
  });

  it('of endless parts is given up', () => {
    const middle = `00${'aa'.repeat(200)}`;
    const endless = [[1, 101, `01${middle}`] as const, [2, 101, middle] as const, [3, 101, middle] as const];
    expect(heard(endless)).toEqual(['DECODE_PART', 'DECODE_PART', 'DECODE_PART_MISSING']);
  });
});
