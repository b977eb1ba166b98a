export interface RefusalBounds {
  /** What one party may say in vain in a window before it is no longer listened to until the window ends. */
  refusals: number;
  windowMs: number;
  /** Parties that are remembered; the oldest is forgotten first. */
  parties: number;
}

interface Window {
  endsAt: number;
  refusals: number;
}

/** Looks at who is refused again and again, so that its next message costs nothing but the look. */
export class RefusalLimit {
  readonly #bounds: RefusalBounds;
  readonly #monotonicMs: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(bounds: RefusalBounds, monotonicMs: () => number) {
    this.#bounds = bounds;
    this.#monotonicMs = monotonicMs;
  }

  /** Whether anybody was refused lately: where nobody was, `isBarred` need not be asked. */
  get isIdle(): boolean {
    return this.#windows.size === 0;
  }

  isBarred(party: string): boolean {
    const window = this.#windows.get(party);
    if (!window) return false;
    if (this.#monotonicMs() < window.endsAt) return window.refusals >= this.#bounds.refusals;
    this.#windows.delete(party);
    return false;
  }

  refused(party: string): void {
    const { windowMs, parties } = this.#bounds;
    const now = this.#monotonicMs();
    const window = this.#windows.get(party);
    if (window && now < window.endsAt) {
      window.refusals += 1;
      return;
    }
    this.#windows.delete(party);
    if (this.#windows.size >= parties) this.#windows.delete(this.#windows.keys().next().value ?? '');
    this.#windows.set(party, { endsAt: now + windowMs, refusals: 1 });
  }
}
