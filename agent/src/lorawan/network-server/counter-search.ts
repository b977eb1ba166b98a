/**
 * A device that was never heard may have counted beyond 16 bits elsewhere: so many upper halves are tried, eight years of
 * a frame a minute. Each costs a MIC, so whoever sends frames with the address of such a device gets a few searches only.
 */
const UPPER_HALVES = 64;
const SEARCHES = 32;
const SEARCHES_EVERY_MS = 10_000;

/** How far the upper half of an unknown counter is sought, so that nobody can make that costly. */
export class CounterSearch {
  #searches = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** How many upper halves may be tried for a frame of this moment, in monotonic milliseconds. */
  upperHalves(nowMs: number): number {
    if (nowMs - this.#sinceMs >= SEARCHES_EVERY_MS) {
      this.#searches = 0;
      this.#sinceMs = nowMs;
    }
    this.#searches += 1;
    return this.#searches > SEARCHES ? 0 : UPPER_HALVES;
  }
}
