/** Inclusive range of sequence numbers. */
export interface Range {
  from: number;
  to: number;
}

/** Set of integers as sorted, disjoint, non-adjacent ranges: a backlog of a million records is one entry. */
export class RangeSet {
  #ranges: Range[];
  #size = 0;

  constructor(ranges: readonly Range[] = []) {
    this.#ranges = [];
    for (const { from, to } of ranges) this.add(from, to);
  }

  get size(): number {
    return this.#size;
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  add(from: number, to = from): void {
    const first = this.#firstTouching(from);
    let low = from;
    let high = to;
    let absorbed = 0;
    let absorbedSize = 0;
    for (let i = first; i < this.#ranges.length; i++) {
      const range = this.#ranges[i];
      if (range === undefined || range.from > to + 1) break;
      low = Math.min(low, range.from);
      high = Math.max(high, range.to);
      absorbed++;
      absorbedSize += range.to - range.from + 1;
    }
    this.#ranges.splice(first, absorbed, { from: low, to: high });
    this.#size += high - low + 1 - absorbedSize;
  }

  remove(from: number, to = from): void {
    const kept: Range[] = [];
    let start = this.#firstTouching(from);
    // A range that only touches `from - 1` is adjacent, not overlapping.
    const candidate = this.#ranges[start];
    if (candidate !== undefined && candidate.to < from) start++;
    let end = start;
    for (; end < this.#ranges.length; end++) {
      const range = this.#ranges[end];
      if (range === undefined || range.from > to) break;
      if (range.from < from) kept.push({ from: range.from, to: from - 1 });
      if (range.to > to) kept.push({ from: to + 1, to: range.to });
      this.#size -= Math.min(range.to, to) - Math.max(range.from, from) + 1;
    }
    this.#ranges.splice(start, end - start, ...kept);
  }

  has(value: number): boolean {
    const range = this.#ranges[this.#firstTouching(value)];
    if (range === undefined) return false;
    if (range.to < value)
      return (this.#ranges[this.#firstTouching(value) + 1]?.from ?? Number.POSITIVE_INFINITY) <= value;
    return range.from <= value;
  }

  /** Removes and returns the lowest range, at most `limit` long. */
  takeFirst(limit: number): Range | undefined {
    const first = this.#ranges[0];
    if (first === undefined) return undefined;
    const to = Math.min(first.to, first.from + limit - 1);
    this.remove(first.from, to);
    return { from: first.from, to };
  }

  /** Index of the first range that ends at `value - 1` or later. */
  #firstTouching(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.to ?? 0) < value - 1) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
