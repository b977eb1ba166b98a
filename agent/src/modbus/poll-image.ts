import type { RegisterImage, RegisterTable } from '@vigie/decoders';
import type { PlannedRead } from './read-planner.ts';

/** What one poll read. A value is given only if one single request covered it, so that it is one snapshot. */
export class PollImage implements RegisterImage {
  readonly #blocks: { table: RegisterTable; from: number; words: readonly number[] }[] = [];

  add(read: PlannedRead, words: readonly number[]): void {
    this.#blocks.push({ table: read.table, from: read.address, words });
  }

  get empty(): boolean {
    return this.#blocks.length === 0;
  }

  words(table: RegisterTable, address: number, count: number): readonly number[] | undefined {
    for (const { table: of, from, words } of this.#blocks) {
      if (of === table && address >= from && address + count <= from + words.length) {
        return words.slice(address - from, address - from + count);
      }
    }
    return undefined;
  }
}
