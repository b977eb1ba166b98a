import type { GapRecord, UplinkEnvelope } from '@vigie/contract';
import type { Db } from '../store/database.ts';
import { type SeqRange, type SeqRanges, unionOf } from '../store/seq-ranges.ts';

/** Sequence numbers of an outbox that a batch accounts for: its records, or a report of what was dropped. */
export interface Cover {
  stream: number;
  ranges: readonly SeqRange[];
}

const MAX_CACHED = 20_000;

/**
 * Which sequence numbers of each outbox are accounted for. It is stored in the transaction of the batches themselves:
 * a number that is missing was never acknowledged, and nothing that was acknowledged ever looks missing.
 */
export class Coverage {
  readonly #db: Db;
  readonly #known = new Map<number, SeqRanges>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** What each outbox has with these, to be stored; it counts from `keep` on. */
  async with(covers: readonly Cover[]): Promise<Map<number, SeqRanges>> {
    const added = new Map<number, SeqRange[]>();
    for (const { stream, ranges } of covers) {
      const list = added.get(stream) ?? [];
      list.push(...ranges);
      added.set(stream, list);
    }
    await this.#load([...added.keys()].filter((stream) => !this.#known.has(stream)));
    const merged = new Map<number, SeqRanges>();
    for (const [stream, ranges] of added) merged.set(stream, unionOf([...(this.#known.get(stream) ?? []), ...ranges]));
    return merged;
  }

  keep(stored: ReadonlyMap<number, SeqRanges>): void {
    for (const [stream, ranges] of stored) this.#remember(stream, ranges);
  }

  /** Nobody can say what is stored: it is read again. */
  forget(streams: Iterable<number>): void {
    for (const stream of streams) this.#known.delete(stream);
  }

  async #load(streams: number[]): Promise<void> {
    if (streams.length === 0) return;
    const rows = await this.#db.selectFrom('streams').select(['id', 'covered']).where('id', 'in', streams).execute();
    for (const { id, covered } of rows) this.#remember(id, JSON.parse(covered) as SeqRange[]);
  }

  #remember(stream: number, ranges: SeqRanges): void {
    if (this.#known.size >= MAX_CACHED) this.#known.delete(this.#known.keys().next().value ?? 0);
    this.#known.set(stream, ranges);
  }
}

/** The numbers of a batch, and those that its gap reports explain, by the epoch that they are of. */
export function coversOf(
  { epoch, records }: UplinkEnvelope,
  gaps: readonly GapRecord[],
): ReadonlyMap<string, readonly SeqRange[]> {
  const covers = new Map<string, SeqRange[]>([[epoch, [...unionOf(records.map(({ seq }): SeqRange => [seq, seq]))]]]);
  for (const { epoch: of = epoch, fromSeq, toSeq } of gaps) {
    if (fromSeq === undefined || toSeq === undefined || toSeq < fromSeq) continue;
    const ranges = covers.get(of) ?? [];
    ranges.push([fromSeq, toSeq]);
    covers.set(of, ranges);
  }
  return covers;
}
