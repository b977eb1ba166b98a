import { setTimeout as pause } from 'node:timers/promises';

interface State<T> {
  waiting: { message: T; done: Promise<void> } | undefined;
  running: Promise<void>;
}

/** Between two greetings of one connection. */
const REST_MS = 200;

/**
 * Deals with one greeting of a connection at a time, since each may cost a whole document: while one is dealt with a single
 * further one waits, and what comes meanwhile takes its place.
 */
export class Greetings<K extends object, T> {
  readonly #states = new WeakMap<K, State<T>>();

  /** Resolves when this greeting, or the one that replaced it, is dealt with. */
  greet(connection: K, message: T, work: (message: T) => Promise<void>): Promise<void> {
    const state = this.#states.get(connection);
    if (state?.waiting) {
      state.waiting.message = message;
      return state.waiting.done;
    }
    if (!state) {
      const running = work(message);
      this.#states.set(connection, { waiting: undefined, running });
      return running;
    }
    const done = this.#next(state, work);
    state.waiting = { message, done };
    return done;
  }

  async #next(state: State<T>, work: (message: T) => Promise<void>): Promise<void> {
    // Whoever sent the one before hears how it ended.
    await state.running.catch(() => undefined);
    await pause(REST_MS, undefined, { ref: false });
    const message = state.waiting?.message;
    state.waiting = undefined;
    if (message === undefined) return;
    state.running = work(message);
    await state.running;
  }
}
