import { ERRORS, type ErrorCode } from '@vigie/contract';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

export interface LogLimits {
  /** Lines per code in one window; what comes on top is counted and told with the next line. */
  lines: number;
  windowMs: number;
}

const LIMITS: LogLimits = { lines: 5, windowMs: 60_000 };

interface Window {
  endsAt: number;
  left: number;
  suppressed: number;
}

/**
 * Logs by code at a bounded rate: what a flood of bad input writes to an SD card does not depend on the flood. There
 * are as many windows as codes, so its memory is bounded as well.
 */
export class BoundedLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #limits: LogLimits;
  readonly #windows = new Map<ErrorCode, Window>();
  readonly #counts = new Map<ErrorCode, number>();

  constructor(log: Logger, clock: Clock, limits: LogLimits = LIMITS) {
    this.#log = log;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** `fields` must hold no key and no payload in clear. */
  warn(code: ErrorCode, fields: Record<string, unknown> = {}): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    const now = this.#clock.monotonicMs();
    let window = this.#windows.get(code);
    if (!window || now >= window.endsAt) {
      const suppressed = window?.suppressed ?? 0;
      window = { endsAt: now + this.#limits.windowMs, left: this.#limits.lines, suppressed };
      this.#windows.set(code, window);
    }
    if (window.left === 0) {
      window.suppressed += 1;
      return;
    }
    window.left -= 1;
    const more = window.suppressed > 0 ? { suppressed: window.suppressed } : {};
    window.suppressed = 0;
    this.#log.warn({ code, ...fields, ...more }, ERRORS[code]);
  }

  /**
   * Ends a promise that nobody waits for: `work.catch(log.bug('where'))`. What rejects there is a bug of ours; it is
   * told with its cause and counted, and is never the end of the process.
   */
  bug(where: string): (cause: unknown) => void {
    return (cause) => this.warn('INTERNAL', { where, err: cause });
  }

  /** How often each code was met since the start, the lines that were left out included. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
