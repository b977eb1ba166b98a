import type { PollFailure } from './device-poller.ts';

/** What `doctor` tells of one device. */
export class DeviceStatistics {
  polls = 0;
  consecutiveFailures = 0;
  lastAnswerAt: number | undefined;
  lastError: { code: PollFailure; detail: string; at: number } | undefined;
  latencyMs: number | undefined;
  /** The longest latency; one that was an exception is forgotten with time. */
  longestMs: number | undefined;
  readonly errors: Partial<Record<PollFailure, number>> = {};

  /** The last poll read some of the device's registers, but not all. */
  partlyFailing = false;

  get isWell(): boolean {
    return this.lastAnswerAt !== undefined && this.consecutiveFailures === 0;
  }

  answered(at: number, latencyMs: number): void {
    this.lastAnswerAt = at;
    this.latencyMs = this.latencyMs === undefined ? latencyMs : this.latencyMs * 0.9 + latencyMs * 0.1;
    this.longestMs = Math.max(latencyMs, (this.longestMs ?? 0) * 0.999);
  }

  succeeded(): void {
    this.polls += 1;
    this.consecutiveFailures = 0;
    this.partlyFailing = false;
  }

  /** One of several reads failed, and the others did not. */
  partlyFailed(at: number, code: PollFailure, detail: string): void {
    this.polls += 1;
    this.consecutiveFailures = 0;
    this.partlyFailing = true;
    this.#note(at, code, detail, 1);
  }

  /** Nothing could be read, in so many attempts. */
  failed(at: number, code: PollFailure, detail: string, attempts: number): void {
    this.polls += 1;
    this.consecutiveFailures += attempts;
    this.#note(at, code, detail, attempts);
  }

  #note(at: number, code: PollFailure, detail: string, times: number): void {
    this.errors[code] = (this.errors[code] ?? 0) + times;
    this.lastError = { code, detail, at };
  }
}
