import type { Range } from '../range-set.ts';

export function rangesOf(records: readonly { seq: number }[]): Range[] {
  const ranges: Range[] = [];
  for (const { seq } of records) {
    const last = ranges.at(-1);
    if (last && last.to === seq - 1) last.to = seq;
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
}
