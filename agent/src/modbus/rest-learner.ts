/** A rest is looked for between these; a slave that needs longer has to be configured. */
const FIRST_REST_MS = 50;
const LONGEST_REST_MS = 1_000;
/** So often in a row a request that came soon after an answer was met with silence and a later one was not. */
const LEARN_AFTER = 3;
/** An answer that came about as soon as a silence shows that the silence had another reason. */
const ABOUT = 1.5;
/** After so many answers it is tried whether the rest is needed at all; twice as rarely each time that it is. */
const TRY_AFTER = 16;
const TRY_AFTER_MOST = 4_096;

interface Habit {
  answeredAt: number;
  restMs: number;
  /** How soon after the last answer the request came that was last met with silence, and whether none was since. */
  silentGapMs: number | undefined;
  pending: boolean;
  missed: number;
  answersUntilTry: number;
  tryAfter: number;
}

/**
 * Learns which slaves hear nothing for a while after they have answered. Only ever makes the gateway wait, and no longer
 * than it helps.
 */
export class RestLearner {
  readonly #units = new Map<number, Habit>();

  /** When `unit` may be asked next. `restMs` is what its configuration asks for. */
  readyAt(unit: number, restMs = 0): number {
    const habit = this.#units.get(unit);
    if (!habit) return Number.NEGATIVE_INFINITY;
    const learnedMs = habit.answersUntilTry > 0 ? habit.restMs : 0;
    return habit.answeredAt + Math.max(restMs, learnedMs);
  }

  answered(unit: number, askedAt: number, now: number): void {
    const habit = this.#units.get(unit);
    if (!habit) {
      this.#units.set(unit, newHabit(now));
      return;
    }
    const gapMs = askedAt - habit.answeredAt;
    habit.answeredAt = now;
    if (habit.restMs > 0) this.#tried(habit, gapMs);
    if (habit.silentGapMs === undefined) return;
    if (gapMs <= habit.silentGapMs * ABOUT) habit.missed = 0;
    else if (habit.pending) habit.missed += 1;
    habit.pending = false;
    if (habit.missed < LEARN_AFTER) return;
    habit.restMs = Math.min(LONGEST_REST_MS, Math.max(FIRST_REST_MS, habit.restMs * 2, habit.silentGapMs * 2));
    habit.missed = 0;
    habit.answersUntilTry = habit.tryAfter;
  }

  silent(unit: number, askedAt: number): void {
    const habit = this.#units.get(unit);
    if (!habit) return;
    const gapMs = askedAt - habit.answeredAt;
    if (habit.restMs > 0 && habit.answersUntilTry === 0) {
      habit.tryAfter = Math.min(TRY_AFTER_MOST, habit.tryAfter * 2);
      habit.answersUntilTry = habit.tryAfter;
      return;
    }
    if (habit.pending || gapMs >= LONGEST_REST_MS) return;
    habit.silentGapMs = gapMs;
    habit.pending = true;
  }

  #tried(habit: Habit, gapMs: number): void {
    if (habit.answersUntilTry > 0) {
      habit.answersUntilTry -= 1;
    } else if (gapMs < habit.restMs) {
      habit.restMs = 0;
      habit.silentGapMs = undefined;
    }
  }
}

function newHabit(answeredAt: number): Habit {
  return {
    answeredAt,
    restMs: 0,
    silentGapMs: undefined,
    pending: false,
    missed: 0,
    answersUntilTry: TRY_AFTER,
    tryAfter: TRY_AFTER,
  };
}
