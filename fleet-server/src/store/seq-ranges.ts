/** Sequence numbers from the first to the second, both included. */
export type SeqRange = readonly [from: number, to: number];

/** What a gateway's outbox has shown of itself: ranges that rise, without touching each other. */
export type SeqRanges = readonly SeqRange[];

/** With more holes than this the oldest is taken for filled: a gateway must not make its row grow without end. */
const MAX_RANGES = 500;

export function unionOf(parts: readonly SeqRange[]): SeqRanges {
  const sorted = parts.toSorted((a, b) => a[0] - b[0]);
  const union: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = union.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  const forgotten = union.splice(0, Math.max(0, union.length - MAX_RANGES));
  const [oldest] = forgotten;
  const [first] = union;
  if (oldest && first) first[0] = oldest[0];
  return union;
}

/** The numbers from 1 to the newest that are in no range. */
export function holesIn(ranges: SeqRanges): SeqRange[] {
  const holes: SeqRange[] = [];
  let next = 1;
  for (const [from, to] of ranges) {
    if (from > next) holes.push([next, from - 1]);
    next = to + 1;
  }
  return holes;
}

export function sizeOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
