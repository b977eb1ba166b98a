/** A device that does not answer is asked at each of so many uplinks, then at every sixteenth. */
const EAGER_TRIES = 8;
const LATER_EVERY = 16;

/** How often a device was asked since it last answered. */
export class Tries {
  #count = 0;

  /** One more uplink after which it could be asked: whether it is. */
  next(): boolean {
    this.#count += 1;
    return this.#count <= EAGER_TRIES || this.#count % LATER_EVERY === 0;
  }

  reset(): void {
    this.#count = 0;
  }
}
