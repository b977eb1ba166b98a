/** So many requests in a row without an answer, and so long, until a connection is taken for dead. */
const DEAD_AFTER_SILENCES = 3;
const DEAD_AFTER_MS = 5_000;
/** Doubled each time a new connection does not answer either: some slaves are deaf for long after a connection. */
const DEAD_AFTER_MAX_MS = 60_000;
/** So many connections on which the first request was not heard and a later one was. */
const DEAF_STARTS = 2;
const LONGEST_LEARNED_DELAY_MS = 10_000;
/** So many connections in a row that ended after their first answer. */
const ENDS_AFTER_ANSWER = 2;

/** What one connection after the other teaches of the slave at their other end. Times are monotonic milliseconds. */
export class ConnectionHealth {
  readonly #delayMs: number | undefined;
  #openedAt = 0;
  #answers = 0;
  #silences = 0;
  #patienceMs = DEAD_AFTER_MS;
  #deafStarts = 0;
  #deafMs = LONGEST_LEARNED_DELAY_MS;
  #endedAfterAnswer = 0;

  /** `delayMs`: how long the first request of a connection waits, as configured; learned where absent. */
  constructor(delayMs?: number) {
    this.#delayMs = delayMs;
  }

  get hasAnswered(): boolean {
    return this.#answers > 0;
  }

  /** The slave closes each connection when it has answered once. */
  get endsAfterAnswer(): boolean {
    return this.hasAnswered && this.#endedAfterAnswer >= ENDS_AFTER_ANSWER;
  }

  /** When the first request may go out; in the past when there was one. */
  get firstRequestAt(): number {
    if (this.#answers + this.#silences > 0) return Number.NEGATIVE_INFINITY;
    const learnedMs = this.#deafStarts >= DEAF_STARTS ? this.#deafMs : 0;
    return this.#openedAt + (this.#delayMs ?? learnedMs);
  }

  opened(now: number): void {
    this.#openedAt = now;
    this.#answers = 0;
    this.#silences = 0;
  }

  refused(): void {
    this.#answers = 0;
  }

  /** It was closed by the other side. */
  ended(): void {
    this.#endedAfterAnswer = this.#answers === 1 ? this.#endedAfterAnswer + 1 : 0;
  }

  answered(askedAt: number): void {
    if (this.#answers === 0 && this.#silences > 0) {
      this.#deafStarts += 1;
      this.#deafMs = Math.min(this.#deafMs, askedAt - this.#openedAt);
    }
    this.#answers += 1;
    this.#silences = 0;
    this.#patienceMs = DEAD_AFTER_MS;
    if (this.#answers > 1) this.#endedAfterAnswer = 0;
  }

  silent(): void {
    this.#silences += 1;
  }

  /** Whether it is better to connect anew. */
  isDead(now: number): boolean {
    if (this.#silences < DEAD_AFTER_SILENCES) return false;
    if (this.#answers > 0) return true;
    if (now - this.#openedAt < this.#patienceMs) return false;
    this.#patienceMs = Math.min(DEAD_AFTER_MAX_MS, this.#patienceMs * 2);
    return true;
  }
}
