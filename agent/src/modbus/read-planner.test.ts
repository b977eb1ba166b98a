import type { RegisterPoint, RegisterTable } from '@vigie/decoders';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_REFUSALS, type PlanOptions, planReads, type Span, spanKey, spansDue, splitRead } from './read-planner.ts';

const OPTIONS: PlanOptions = { maxRegisters: 125, maxGap: 10, holes: [] };

function span(from: number, to = from, table: RegisterTable = 'inputRegister'): Span {
  return { table, from, to };
}

function shape(spans: Span[], options = OPTIONS, refusals = NO_REFUSALS): string[] {
  return planReads(spans, options, refusals).map(({ table, address, count }) => `${table[0]}${address}+${count}`);
}

describe('planReads', () => {
  it('reads along a small gap and not along a wide one', () => {
    expect(shape([span(0, 1), span(12, 13)])).toEqual(['i0+14']);
    expect(shape([span(0, 1), span(13, 14)])).toEqual(['i0+2', 'i13+2']);
  });

  it('keeps to the most that a device reads at once', () => {
    const spans = Array.from({ length: 10 }, (_, index) => span(index * 2, index * 2 + 1));
    expect(shape(spans, { ...OPTIONS, maxRegisters: 8 })).toEqual(['i0+8', 'i8+8', 'i16+4']);
  });

  it('never mixes tables and reads bits by sixteen times as many', () => {
    expect(shape([span(5, 5, 'coil'), span(100, 100, 'coil'), span(5), span(5, 5, 'discreteInput')])).toEqual([
      'c5+96',
      'd5+1',
      'i5+1',
    ]);
  });

  it('leads around holes and refused spans and breaks where it was taught to', () => {
    const spans = [span(0), span(2), span(4)];
    expect(shape(spans, { ...OPTIONS, holes: [span(1)] })).toEqual(['i0+1', 'i2+3']);
    const refused = span(2);
    expect(shape(spans, OPTIONS, { spans: new Map([[spanKey(refused), refused]]), breaks: new Set() })).toEqual([
      'i0+1',
      'i4+1',
    ]);
    expect(shape(spans, OPTIONS, { spans: new Map(), breaks: new Set([spanKey(span(4))]) })).toEqual(['i0+3', 'i4+1']);
  });

  it('covers every span whole, within the limit, and nothing twice', () => {
    const spans = fc.array(
      fc
        .tuple(fc.constantFrom<RegisterTable>('holdingRegister', 'inputRegister', 'coil'), fc.nat(400), fc.nat(3))
        .map(([table, from, more]) => span(from, from + more, table)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(spans, fc.integer({ min: 4, max: 125 }), (wanted, maxRegisters) => {
        const reads = planReads(wanted, { ...OPTIONS, maxRegisters });
        for (const one of wanted) {
          const covering = reads.filter(
            (read) => read.table === one.table && read.address <= one.from && one.to <= read.address + read.count - 1,
          );
          expect(covering.length).toBeGreaterThan(0);
        }
        for (const read of reads) {
          expect(read.count).toBeLessThanOrEqual(read.table === 'coil' ? maxRegisters * 16 : maxRegisters);
        }
        expect(reads.flatMap((read) => read.spans)).toHaveLength(wanted.length);
      }),
      { seed: 20_26 },
    );
  });
});

describe('splitRead', () => {
  it('cuts at the widest gap, else in the middle, and not below one value', () => {
    const [read] = planReads([span(0, 1), span(4, 5), span(13)], OPTIONS);
    expect(read && splitRead(read)?.map(({ address, count }) => [address, count])).toEqual([
      [0, 6],
      [13, 1],
    ]);
    const [whole] = planReads([span(0), span(1), span(2), span(3)], OPTIONS);
    expect(whole && splitRead(whole)?.map(({ address, count }) => [address, count])).toEqual([
      [0, 2],
      [2, 2],
    ]);
    const [single] = planReads([span(7, 8)], OPTIONS);
    expect(single && splitRead(single)).toBeUndefined();
  });
});

describe('spansDue', () => {
  it('reads a point every n-th poll, with the register of its scale', () => {
    const points: RegisterPoint[] = [
      { table: 'holdingRegister', address: 10, type: 'float32', quantity: 'elec.power' },
      { table: 'holdingRegister', address: 20, type: 'uint64', quantity: 'elec.import', scaleRegister: 30, every: 4 },
    ];
    const keys = (poll: number): string[] => spansDue({ registers: points }, poll).map(spanKey);
    expect(keys(0)).toEqual(['holdingRegister:10-11', 'holdingRegister:20-23', 'holdingRegister:30-30']);
    expect(keys(3)).toEqual(['holdingRegister:10-11']);
    expect(keys(4)).toHaveLength(3);
  });
});
