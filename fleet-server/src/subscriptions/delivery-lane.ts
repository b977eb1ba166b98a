import type { LogEntry } from './city-message.ts';
import type { DeliveryWindow } from './delivery-window.ts';
import type { LogPage, LogTail, ReadOptions } from './log-tail.ts';

/** Where a lane goes on after a position, and for what; undefined where there is nothing yet. */
export type Stretch = Omit<ReadOptions, 'limit'>;

export interface LaneParts {
  tail: LogTail;
  window: DeliveryWindow;
  cursor: number;
  stretchAfter: (cursor: number) => Stretch | undefined;
  /** Sends the entry from this packet on; gives the packet to go on with, or undefined when all of it was dealt with. */
  emit: (entry: LogEntry, packet: number) => number | undefined;
  /** A page that was waited for is there. */
  onLoaded: () => void;
  onError: (error: unknown) => void;
}

const PAGE_ENTRIES = 250;
const RETRY_MS = 1_000;

/**
 * One subscriber's way through a part of the log. It goes through what is in memory at once; what is not it reads page
 * by page, the next one while the one before is sent, and never holds more than two.
 */
export class DeliveryLane {
  readonly window: DeliveryWindow;
  readonly #parts: LaneParts;
  /** Everything of this lane up to here was sent. */
  #cursor: number;
  #page: LogPage | undefined;
  #index = 0;
  /** Packets of the entry at the index that were sent already. */
  #packet = 0;
  #ahead: LogPage | undefined;
  #loading = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.window = parts.window;
    this.#cursor = parts.cursor;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Sends until there is nothing more or `emit` has enough. */
  send(): void {
    const { emit } = this.#parts;
    for (let page = this.#current(); page; page = this.#current()) {
      const entry = page.entries[this.#index];
      if (!entry) {
        this.#passed(page.through);
        this.#page = undefined;
        continue;
      }
      const stoppedAt = emit(entry, this.#packet);
      this.#packet = stoppedAt ?? 0;
      if (stoppedAt !== undefined) return;
      this.#index += 1;
      this.#passed(entry.id);
    }
  }

  #passed(log: number): void {
    this.#cursor = log;
    this.window.passed(log);
  }

  #current(): LogPage | undefined {
    if (this.#page) return this.#page;
    this.#index = 0;
    this.#page = this.#ahead ?? this.#recent(this.#cursor);
    const readBehind = this.#ahead !== undefined;
    this.#ahead = undefined;
    if (!this.#page) this.#load(this.#cursor);
    else if (readBehind) this.#load(this.#page.through);
    return this.#page;
  }

  #recent(after: number): LogPage | undefined {
    const stretch = this.#parts.stretchAfter(after);
    return stretch && this.#parts.tail.recent(after, { ...stretch, limit: PAGE_ENTRIES });
  }

  #load(after: number): void {
    const { tail, stretchAfter, onLoaded, onError } = this.#parts;
    const stretch = this.#loading ? undefined : stretchAfter(after);
    if (!stretch || tail.holds(after)) return;
    this.#loading = true;
    const done = () => {
      this.#loading = false;
      onLoaded();
    };
    tail.read(after, { ...stretch, limit: PAGE_ENTRIES }).then(
      (page) => {
        this.#ahead = page;
        done();
      },
      (error: unknown) => {
        onError(error);
        setTimeout(done, RETRY_MS).unref();
      },
    );
  }
}
