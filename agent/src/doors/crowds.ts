/** So many gateways may well stand behind one address. */
const NO_CROWD = 16;

/** How many places of a door each address keeps. */
export class Crowds {
  readonly #counts = new Map<string, number>();

  static of(addresses: Iterable<string>): Crowds {
    const crowds = new Crowds();
    for (const address of addresses) crowds.joined(address);
    return crowds;
  }

  joined(address: string): void {
    this.#counts.set(address, this.#count(address) + 1);
  }

  left(address: string): void {
    const count = this.#count(address) - 1;
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
  }

  /**
   * Whose place goes to one from `newcomer` where all are taken: that of the address which has most of them, if that is
   * a crowd and keeps more than the newcomer has. So nobody fills a door from one address, and made-up guests push out
   * nobody who is one of a few.
   */
  most(newcomer: string): string | undefined {
    let most = newcomer;
    let size = this.#count(newcomer);
    const least = Math.max(NO_CROWD, size + 1);
    for (const [address, count] of this.#counts) {
      if (count <= size) continue;
      most = address;
      size = count;
    }
    return size > least ? most : undefined;
  }

  #count(address: string): number {
    return this.#counts.get(address) ?? 0;
  }
}
