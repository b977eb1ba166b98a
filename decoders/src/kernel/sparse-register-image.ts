import type { RegisterImage, RegisterTable } from '../definition.ts';

/** Registers of a device as a poll gathers them, block by block; the rest stays unread. */
export class SparseRegisterImage implements RegisterImage {
  readonly #tables = new Map<RegisterTable, Map<number, number>>();

  /** Keeps the words that one read returned, from `address` on. Coils and discrete inputs are 0 or 1. */
  set(table: RegisterTable, address: number, words: readonly number[]): void {
    const cells = this.#tables.get(table) ?? new Map<number, number>();
    this.#tables.set(table, cells);
    words.forEach((word, index) => {
      cells.set(address + index, word);
    });
  }

  words(table: RegisterTable, address: number, count: number): readonly number[] | undefined {
    const cells = this.#tables.get(table);
    if (!cells) return undefined;
    const words: number[] = [];
    for (let index = 0; index < count; index++) {
      const word = cells.get(address + index);
      if (word === undefined) return undefined;
      words.push(word);
    }
    return words;
  }
}
