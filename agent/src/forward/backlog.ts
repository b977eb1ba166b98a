import { type Range, RangeSet } from '../range-set.ts';

/** Records that lie on the disk and are not under way. */
export interface BacklogEntry {
  epoch: string;
  stream: string;
  ranges: readonly Range[];
}

interface Pending {
  epoch: string;
  rank: number;
  order: number;
  set: RangeSet;
}

/** What is still to be sent from the disk, most important stream first, then oldest epoch first. */
export class Backlog {
  readonly #streams: readonly string[];
  readonly #byEpoch = new Map<string, Pending>();
  #size = 0;
  #nextOrder = 0;

  constructor(streams: readonly string[]) {
    this.#streams = streams;
  }

  get size(): number {
    return this.#size;
  }

  add(epoch: string, stream: string, from: number, to = from): void {
    let pending = this.#byEpoch.get(epoch);
    if (!pending) {
      pending = { epoch, rank: this.#streams.indexOf(stream), order: this.#nextOrder++, set: new RangeSet() };
      this.#byEpoch.set(epoch, pending);
    }
    const before = pending.set.size;
    pending.set.add(from, to);
    this.#size += pending.set.size - before;
  }

  remove(epoch: string, from: number, to: number): void {
    const pending = this.#byEpoch.get(epoch);
    if (!pending) return;
    const before = pending.set.size;
    pending.set.remove(from, to);
    this.#forget(pending, before);
  }

  /** Takes the next run of records out, at most `limit`, of the streams that may go. */
  take(
    limit: number,
    mayGo: (stream: string) => boolean = () => true,
  ): { epoch: string; stream: string; range: Range } | undefined {
    let best: Pending | undefined;
    const allowed = this.#streams.map(mayGo);
    for (const pending of this.#byEpoch.values()) {
      if (pending.set.size === 0 || allowed[pending.rank] !== true) continue;
      if (!best || pending.rank < best.rank || (pending.rank === best.rank && pending.order < best.order))
        best = pending;
    }
    if (!best) return undefined;
    const before = best.set.size;
    const range = best.set.takeFirst(limit);
    this.#forget(best, before);
    return range ? { epoch: best.epoch, stream: this.#streams[best.rank] ?? '', range } : undefined;
  }

  #forget(pending: Pending, sizeBefore: number): void {
    this.#size += pending.set.size - sizeBefore;
    // An epoch keeps its place while it is empty only if more of it may come back; a new entry would sort last.
    if (pending.set.size === 0 && this.#byEpoch.size > 64) this.#byEpoch.delete(pending.epoch);
  }
}
