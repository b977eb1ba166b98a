/** Time reaches every part of the agent through this, so that a test can hand it another one. */
export interface Clock {
  /** Epoch milliseconds; may jump when the clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number;
  /** Whether the wall clock is known to be right (a Pi has no battery-backed clock). */
  trusted(): boolean;
}
